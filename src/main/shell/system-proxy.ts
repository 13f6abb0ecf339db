/**
 * The first usable way in a proxy list as PAC files and Chromium write it ("PROXY a:8080; DIRECT"): the proxy's
 * URL, or null for a direct way. SOCKS is not spoken and skipped; a list of nothing else is direct.
 */
export function proxyFromList(list: string): string | null {
  for (const entry of list.split(';')) {
    const [kind = '', host = ''] = entry.trim().split(/\s+/);
    if (kind.toUpperCase() === 'DIRECT') return null;
    const scheme = { PROXY: 'http', HTTP: 'http', HTTPS: 'https' }[kind.toUpperCase()];
    if (scheme !== undefined && URL.canParse(`${scheme}://${host}`) && host !== '')
      return `${scheme}://${host}`;
  }
  return null;
}
