// The one platform API that the domain uses; every JavaScript runtime has it.
declare class TextDecoder {
  constructor(label: 'utf-8', options: { fatal: boolean; ignoreBOM: true })
  decode(input: Uint8Array): string
}
