export interface RedactOptions {
  /** Also hide the name part of e-mail addresses. Default false. */
  emails?: boolean;
}

const SECRET_FIELD =
  /^(authorization|proxy-authorization|cookie|set-cookie|password|passphrase|secret|secrets|token|api[_-]?key|x-gotify-key|access[_-]?token|refresh[_-]?token|signing[_-]?secrets?)$/i;

/** Any URL that carries more than an origin: webhooks keep their secret in path or query. */
const URL_PATTERN = /\b(https?|wss?):\/\/[^\s"'<>`\\]+/gi;
const USERINFO = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@"'<>]+@/gi;

const PATTERNS: [RegExp, string][] = [
  [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{6,}/gi, '$1 [redacted]'],
  [/\bwh(?:sec|sk)_[A-Za-z0-9+/=_-]+/g, 'wh…_[redacted]'],
  [/\bsk-[A-Za-z0-9_-]{8,}/g, 'sk-[redacted]'],
  [/\bxox[a-z]-[A-Za-z0-9-]{8,}/g, 'xox-[redacted]'],
  [/\beyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?/g, '[redacted JWT]'],
];
const EMAIL = /\b[A-Za-z0-9._%+-]+@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)\b/g;

/** Hides bearer tokens, webhook signing keys, sk- keys and everything of a URL after its host. */
export function redactText(text: string, options: RedactOptions = {}): string {
  let out = text.replace(URL_PATTERN, (found) => {
    // A closing bracket or full stop after a URL in a sentence belongs to the sentence.
    const tail = /[).,;:!?\]}]+$/.exec(found)?.[0] ?? '';
    const parts = /^([a-z]+:\/\/)(?:[^/?#@]*@)?([^/?#]*)(.*)$/is.exec(
      found.slice(0, found.length - tail.length),
    );
    if (!parts) return '[redacted URL]';
    const [, scheme = '', host = '', rest = ''] = parts;
    return scheme + host + (rest === '' || rest === '/' ? rest : '/…') + tail;
  });
  out = out.replace(USERINFO, '$1');
  for (const [pattern, instead] of PATTERNS) out = out.replace(pattern, instead);
  if (options.emails) out = out.replace(EMAIL, '…@$1');
  return out;
}

/** A copy of any value fit for a log line: redacted, without cycles, at most six levels deep. Never throws. */
export function redactValue(value: unknown, options: RedactOptions = {}): unknown {
  const seen = new WeakSet<object>();
  const walk = (item: unknown, depth: number): unknown => {
    if (typeof item === 'string') return redactText(item, options);
    if (typeof item === 'bigint' || typeof item === 'symbol') return item.toString();
    if (typeof item === 'function') return '[function]';
    if (typeof item !== 'object' || item === null) return item;
    if (seen.has(item)) return '[again]';
    if (depth >= 6) return '[deep]';
    seen.add(item);
    if (item instanceof Error) {
      const { code, cause } = item as Error & { code?: unknown };
      return walk({ name: item.name, message: item.message, code, cause, stack: item.stack }, depth);
    }
    if (item instanceof Date) return Number.isNaN(item.getTime()) ? '[invalid date]' : item.toISOString();
    if (item instanceof Map || item instanceof Set) return walk([...item], depth);
    if (ArrayBuffer.isView(item)) return `[${item.byteLength} bytes]`;
    if (Array.isArray(item)) return item.slice(0, 200).map((entry) => walk(entry, depth + 1));
    const out: Record<string, unknown> = {};
    for (const key of Object.keys(item)) {
      let entry: unknown;
      try {
        entry = (item as Record<string, unknown>)[key];
      } catch {
        entry = '[unreadable]'; // a getter of a foreign object may throw
      }
      out[key] = SECRET_FIELD.test(key) && entry != null ? '[redacted]' : walk(entry, depth + 1);
    }
    return out;
  };
  return walk(value, 0);
}
