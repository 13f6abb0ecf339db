import { createHmac, randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';
/** Standard Webhooks 1.0.0, "Signature scheme": symmetric secrets have 24 to 64 bytes. */
const SECRET_BYTES = { least: 24, most: 64, made: 32 };

/** A new signing secret: `whsec_` and 32 random bytes in base64. */
export function makeSecret(): string {
  return PREFIX + randomBytes(SECRET_BYTES.made).toString('base64');
}

/** The key bytes of a `whsec_…` secret (prefix optional); null unless base64 of 24 to 64 bytes. */
export function secretKey(secret: string): Buffer | null {
  const text = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret;
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return null;
  const key = Buffer.from(text, 'base64');
  return key.length < SECRET_BYTES.least || key.length > SECRET_BYTES.most ? null : key;
}

/**
 * Standard Webhooks headers for one attempt. `id` stays the same over all attempts and has no "."; the timestamp is
 * the attempt's, in whole Unix seconds; `body` is signed as the very bytes sent. One `v1` signature per secret, so
 * that a receiver may verify with the current or the former one. Secrets that are none are passed over: with no
 * signature left a verifying receiver refuses the message, which is the safe side.
 */
export function signHeaders(
  secrets: readonly string[],
  id: string,
  timestampSeconds: number,
  body: string,
): Record<string, string> {
  const timestamp = String(Math.floor(timestampSeconds));
  const signatures: string[] = [];
  for (const secret of secrets) {
    const key = secretKey(secret);
    if (key === null) continue;
    const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`, 'utf8').digest('base64');
    signatures.push(`v1,${signature}`);
  }
  const headers: Record<string, string> = { 'webhook-id': id, 'webhook-timestamp': timestamp };
  if (signatures.length > 0) headers['webhook-signature'] = signatures.join(' ');
  return headers;
}
