// The languages of the page by their codes (ISO 639-1). Another one is a file of its own, which the type check holds
// complete (`satisfies Words`), and one line here.
export { words as en } from './en.ts'
export { words as id } from './id.ts'
