// Parts that are drawn again only when what they are given has changed: for rows of long lists.
import { Component, type FunctionComponent } from 'preact'

/** `Show`, left as it is while every prop is the same value as before. */
export function memo<Props extends object>(Show: FunctionComponent<Props>) {
  return class extends Component<Props> {
    override shouldComponentUpdate(next: Readonly<Props>): boolean {
      const before: Readonly<Props> = this.props
      const names = Object.keys(next) as (keyof Props)[]
      return names.length !== Object.keys(before).length || names.some((name) => !Object.is(next[name], before[name]))
    }
    override render() {
      return <Show {...(this.props as Props)} />
    }
  }
}
