import type { WindowRole } from '../../shared/domain.ts';

/** Scheme our own pages are served under; a scheme of our own keeps file:// rights away from them. */
export const PAGE_SCHEME = 'hark-app';
const PAGE_HOST = 'app';
const ROLES: readonly WindowRole[] = ['chat', 'settings', 'admin'];
/** What a link may hand to the system; everything else can start programs (file, ms-msdt, smb, …). */
const EXTERNAL_PROTOCOLS = new Set(['http:', 'https:', 'mailto:']);

/** Address of a window's page; a section goes into the fragment, so that changing it does not reload. */
export function pageUrl(role: WindowRole, section?: string): string {
  const fragment = section ? `#${encodeURIComponent(section)}` : '';
  return `${PAGE_SCHEME}://${PAGE_HOST}/${role}/index.html${fragment}`;
}

/** Parses an address of our own origin; null for every other. */
export function ownUrl(text: string): URL | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  const own = url.protocol === `${PAGE_SCHEME}:` && url.host === PAGE_HOST && !url.username && !url.password;
  return own ? url : null;
}

/** Which window's page an address of ours belongs to; null when it is no page of ours. */
export function roleOfPage(text: string): WindowRole | null {
  const first = ownUrl(text)?.pathname.split('/')[1];
  return ROLES.find((role) => role === first) ?? null;
}

/** The address in normal form when it may be opened outside (http, https, mailto); null otherwise. */
export function externalUrl(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if (!EXTERNAL_PROTOCOLS.has(url.protocol)) return null;
  if (url.protocol !== 'mailto:' && url.hostname === '') return null;
  return url.href;
}

export type NavigationVerdict = { go: 'allow' } | { go: 'outside'; url: string } | { go: 'deny' };

/**
 * May a frame of a window go there? A window stays on its own page; a link in its main frame that the
 * system may open is opened outside; everything else, frames and redirects included, is denied.
 */
export function judgeNavigation(navigation: {
  role: WindowRole;
  url: string;
  mainFrame: boolean;
  redirect: boolean;
}): NavigationVerdict {
  const { role, url, mainFrame, redirect } = navigation;
  if (!mainFrame) return { go: 'deny' };
  if (roleOfPage(url) === role) return { go: 'allow' };
  const outside = redirect ? null : externalUrl(url);
  return outside === null ? { go: 'deny' } : { go: 'outside', url: outside };
}
