// What a person sets in the header: unit, language, colours. Where the header is narrow, all of it folds into a menu.
import type { ComponentChildren } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { language, languageNames, words } from '../locales/words.ts'
import { glucoseUnit, glucoseUnits, keepSetting } from '../settings.ts'
import { chooseTheme, chosenTheme, themes } from '../theme.ts'
import { MenuIcon } from './icons.tsx'

const says = words.settings

/** Below this the controls beside each other would leave no room for what the header has to say. */
const foldsBelow = '(width < 1100px)'

export function Settings({ children }: { children: ComponentChildren }) {
  const controls = (
    <div class="controls">
      <Choice
        label={says.unit}
        value={glucoseUnit}
        choices={glucoseUnits.map((unit) => [unit, unit] as const)}
        onChoose={(unit) => keepAndReload('glucose-unit', unit)}
      />
      <Choice
        label={says.language}
        value={language}
        choices={languageNames}
        onChoose={(code) => keepAndReload('language', code)}
      />
      <ColoursChoice />
      {children}
    </div>
  )
  return useMatches(foldsBelow) ? <Menu>{controls}</Menu> : controls
}

/** Number and words are chosen when the page begins: so no place can be left that shows the old ones. */
function keepAndReload(name: 'glucose-unit' | 'language', value: string): void {
  keepSetting(name, value)
  location.reload()
}

function ColoursChoice() {
  const [theme, setTheme] = useState(chosenTheme())
  return (
    <Choice
      label={says.colours}
      value={theme}
      choices={themes.map((name) => [name, says.themes[name]] as const)}
      onChoose={(chosen) => {
        chooseTheme(chosen)
        setTheme(chosen)
      }}
    />
  )
}

interface ChoiceProps<Value extends string> {
  label: string
  value: Value
  choices: readonly (readonly [value: Value, text: string])[]
  onChoose(value: Value): void
}

function Choice<Value extends string>({ label, value, choices, onChoose }: ChoiceProps<Value>) {
  const choose = (wanted: string) => {
    const found = choices.find(([choice]) => choice === wanted)
    if (found !== undefined) onChoose(found[0])
  }
  return (
    <label class="choice" title={label}>
      <span>{label}</span>
      <select value={value} onChange={({ currentTarget }) => choose(currentTarget.value)}>
        {choices.map(([choice, text]) => (
          <option key={choice} value={choice}>
            {text}
          </option>
        ))}
      </select>
    </label>
  )
}

/** Escape closes it and leaves the keyboard where it opened it; to go on to something else closes it, too. */
const Menu = ({ children }: { children: ComponentChildren }) => (
  <details
    class="menu"
    onKeyDown={({ key, currentTarget }) => {
      if (key !== 'Escape' || !currentTarget.open) return
      currentTarget.open = false
      currentTarget.querySelector('summary')?.focus()
    }}
    onFocusOut={({ relatedTarget, currentTarget }) => {
      if (relatedTarget instanceof Node && !currentTarget.contains(relatedTarget)) currentTarget.open = false
    }}
  >
    <summary aria-label={says.heading} title={says.heading}>
      <MenuIcon />
    </summary>
    {children}
  </details>
)

function useMatches(query: string): boolean {
  const [matches, setMatches] = useState(matchMedia(query).matches)
  useEffect(() => {
    const list = matchMedia(query)
    const follow = () => setMatches(list.matches)
    list.addEventListener('change', follow)
    return () => list.removeEventListener('change', follow)
  }, [query])
  return matches
}
