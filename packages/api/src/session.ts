// The answer of `GET /api/session`: how the server sees this browser.

/** Who a browser is to the server. */
export interface Session {
  /** Tokens are asked for. */
  guarded: boolean
  /** Its token is good for reading; false where none is asked for. */
  signed_in: boolean
  /** The token's. */
  name: string | null
  /** What may be done, with a token or where none is asked for. */
  roles: ('ingest' | 'read' | 'acknowledge')[]
  /** When the token ends; null: not by itself. */
  expires_at: string | null
  /** Why a guarded server does not let it read; null when it does. */
  refusal: 'missing_token' | 'unknown_token' | 'expired_token' | 'other_role' | 'too_many_failures' | null
}
