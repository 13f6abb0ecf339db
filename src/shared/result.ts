/** Codes a window may act on; the words are for a person. */
export type ErrorCode =
  | 'VALIDATION_FAILED'
  | 'ROUTE_NOT_FOUND'
  | 'FORBIDDEN'
  | 'SIGNED_OUT'
  | 'PENDING'
  | 'NOT_FOUND'
  | 'CONFLICT'
  | 'RATE_LIMITED'
  | 'UNREACHABLE'
  | 'SERVER_ERROR'
  | 'REFUSED'
  | 'UNSUPPORTED'
  | 'STORAGE'
  | 'INTERNAL';

/** An error as a value. `field` names the input at fault, where there is one. */
export interface AppError {
  code: ErrorCode;
  message: string;
  field?: string;
  details?: Record<string, unknown>;
}

export type Result<T> = { ok: true; data: T } | { ok: false; error: AppError };

/** Makes a success. */
export const ok = <T>(data: T): { ok: true; data: T } => ({ ok: true, data });

/** Makes a failure: code, words for a person, and the field at fault if there is one. */
export const fail = (
  code: ErrorCode,
  message: string,
  more: { field?: string; details?: Record<string, unknown> } = {},
): { ok: false; error: AppError } => ({ ok: false, error: { code, message, ...more } });

/** Closes a switch over a union: a new member no longer compiles. */
export function unreachable(value: never): never {
  throw new Error(`Unexpected value: ${JSON.stringify(value)}`);
}
