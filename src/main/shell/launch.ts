import { LINK_SCHEME } from './identity.ts';

/** What a start, a second start or a link asks for. */
export interface LaunchRequest {
  /** Chat to show, from `hark://chat/<id>`. */
  chatId: string | null;
  /** Start without a window, as at login. */
  hidden: boolean;
}

const CHAT_ID = /^[A-Za-z0-9_-]{1,200}$/;

/** Reads `hark://chat/<id>`; null for every other link: a web page may send us any. */
export function parseLink(text: string): { chatId: string } | null {
  if (text.length > 500 || !URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.protocol !== `${LINK_SCHEME}:` || url.host !== 'chat' || url.search !== '') return null;
  const chatId = url.pathname.slice(1).replace(/\/$/, '');
  return CHAT_ID.test(chatId) ? { chatId } : null;
}

/** Reads command line arguments; unknown ones are Chromium's or nobody's and are left alone. */
export function parseArguments(argv: readonly string[]): LaunchRequest {
  const link = argv.map(parseLink).find((found) => found !== null);
  return { chatId: link?.chatId ?? null, hidden: argv.includes('--hidden') };
}
