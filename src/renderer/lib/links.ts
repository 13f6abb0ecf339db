/** Schemes a link in an answer may open. Everything else stays text. */
const OPENABLE = new Set(['http:', 'https:', 'mailto:']);

/** The URL when a link may be opened, else null. Relative links have no meaning in an answer. */
export function openableUrl(href: string | undefined): URL | null {
  if (href === undefined) return null;
  const url = URL.parse(href);
  return url !== null && OPENABLE.has(url.protocol) ? url : null;
}

export type ImageSource =
  /** Part of the answer itself: shown at once. */
  | { kind: 'inline'; src: string }
  /** On another machine: loading tells that machine, so the user is asked first. */
  | { kind: 'remote'; src: string; host: string }
  | { kind: 'none' };

/** Decides what an image in an answer is; only pixel formats may be inline. */
export function imageSource(src: string | undefined): ImageSource {
  if (src === undefined || src === '') return { kind: 'none' };
  if (/^data:image\/(png|jpeg|gif|webp|avif);/i.test(src)) return { kind: 'inline', src };
  const url = URL.parse(src);
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) {
    return { kind: 'remote', src: url.href, host: url.host };
  }
  return { kind: 'none' };
}
