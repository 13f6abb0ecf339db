import packageJson from '../../../package.json' with { type: 'json' };
import type { Notice } from '../../shared/webhook-events.ts';
import type { BuildInput, BuiltRequest, ResolvedTarget } from './types.ts';
import { basicAuth, maskText, maskUrl, secretsOf } from './mask.ts';
import { receiverOf } from './receivers/index.ts';
import { signHeaders } from './signing.ts';
import { decoded, headerSafe } from './text.ts';

/** One attempt of one delivery. */
export interface BuildContext {
  /** The delivery's id, the same on every attempt. */
  deliveryId: string;
  /** The attempt's time, ms since epoch. */
  nowMs: number;
  folded?: BuildInput['folded'];
  plain?: boolean;
}

export const USER_AGENT = `Hark/${packageJson.version}`;

/** Adds headers; a later one replaces an earlier one of the same name, whatever its case. */
function merge(headers: Record<string, string>, more: Record<string, string>): Record<string, string> {
  const merged = { ...headers };
  for (const [name, value] of Object.entries(more)) {
    const same = Object.keys(merged).find((key) => key.toLowerCase() === name.toLowerCase());
    if (same !== undefined) Reflect.deleteProperty(merged, same);
    merged[name] = value;
  }
  return merged;
}

/**
 * The request for one attempt: the receiver's form, then user agent, the target's own headers, Authorization from
 * credentials in the URL unless a header says it, and on generic targets the Standard Webhooks headers, signed
 * when signing is on. Header values are ASCII. `target.url` must have passed `checkWebhookUrl`.
 */
export function buildRequest(target: ResolvedTarget, notice: Notice, context: BuildContext): BuiltRequest {
  const { settings } = target;
  const url = new URL(target.url);
  const credentials =
    url.username === '' && url.password === ''
      ? null
      : basicAuth(decoded(url.username), decoded(url.password));
  url.username = '';
  url.password = '';
  const built = receiverOf(settings.kind).build({
    url,
    notice,
    privacy: settings.privacy,
    options: settings.options,
    deliveryId: context.deliveryId,
    folded: context.folded,
    plain: context.plain,
  });
  let headers = merge(built.headers, { 'user-agent': USER_AGENT });
  if (credentials !== null) headers = merge(headers, { authorization: credentials });
  for (const [name, value] of target.headers) headers = merge(headers, { [name]: headerSafe(value) });
  if (settings.kind === 'generic') {
    const secrets = settings.signing.enabled ? target.signingSecrets : [];
    const seconds = Math.floor(context.nowMs / 1000);
    headers = merge(headers, signHeaders(secrets, context.deliveryId, seconds, built.body));
  }
  return { ...built, headers };
}

/** Headers whose values tell nothing secret; all others are masked in previews. */
const OPEN_HEADERS = new Set(['content-type', 'user-agent', 'webhook-id', 'webhook-timestamp']);

/** The request as `buildRequest` makes it, with every secret masked: fit for a window, a log or a clipboard. */
export function previewRequest(target: ResolvedTarget, notice: Notice, context: BuildContext): BuiltRequest {
  const built = buildRequest(target, notice, context);
  const headers = Object.fromEntries(
    Object.entries(built.headers).map(([name, value]) => [
      name,
      OPEN_HEADERS.has(name.toLowerCase()) ? value : '…',
    ]),
  );
  return { ...built, url: maskUrl(built.url), headers, body: maskText(built.body, secretsOf(target)) };
}

/** Single quotes take everything in a POSIX shell but the single quote itself. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** A curl command for a POSIX shell; pass a masked request, since the result is meant for the clipboard. */
export function toCurl(request: BuiltRequest): string {
  const headers = Object.entries(request.headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`);
  return [
    `curl -X ${request.method} ${quoted(request.url)}`,
    ...headers,
    `--data-raw ${quoted(request.body)}`,
  ].join(' \\\n  ');
}
