// The form that asks for a token, where the server wants one. The token goes to the server and is kept nowhere on the page.
import { useEffect, useRef, useState } from 'preact/hooks'
import { words } from '../locales/words.ts'
import type { SignInAnswer } from '../session.ts'

const says = words.signIn

interface Props {
  /** Why the server does not let this browser read, as it was last asked. */
  refusal: SignInAnswer | undefined
  /** Resolves to null once the token has been taken; the form then goes. */
  onToken(token: string): Promise<SignInAnswer>
}

export function SignIn({ refusal, onToken }: Props) {
  const field = useRef<HTMLInputElement>(null)
  const [answer, setAnswer] = useState<SignInAnswer | 'asking'>(null)
  const asking = answer === 'asking'
  const reason = asking ? null : (answer ?? refusal)
  const wrong = reason ? says.refusals[reason] : null
  useEffect(() => field.current?.focus(), [])
  const submit = async (event: Event) => {
    event.preventDefault()
    const token = field.current?.value.trim() ?? ''
    if (token === '' || asking) return
    setAnswer('asking')
    setAnswer(await onToken(token))
    field.current?.select()
  }
  return (
    <section class="sign-in" aria-labelledby="sign-in-heading">
      <form class="panel" onSubmit={submit}>
        <h2 id="sign-in-heading">{says.heading}</h2>
        <p class="why">{says.why}</p>
        <label for="token">{says.field}</label>
        <input
          ref={field}
          id="token"
          type="password"
          name="password"
          autocomplete="current-password"
          autocapitalize="none"
          spellcheck={false}
          enterkeyhint="go"
          required
          aria-invalid={answer !== null && !asking}
          aria-describedby={wrong === null ? undefined : 'sign-in-wrong'}
        />
        <div role="alert">
          {wrong !== null && (
            <p id="sign-in-wrong" class="wrong">
              {wrong}
            </p>
          )}
        </div>
        <button type="submit" class="primary" disabled={asking}>
          {asking ? says.asking : says.button}
        </button>
        <p class="why muted">{says.whereFrom}</p>
      </form>
    </section>
  )
}
