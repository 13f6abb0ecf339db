import { BlockList, isIP } from 'node:net';

export type Environment = Record<string, string | undefined>;

/**
 * The proxy for a URL by the usual variables (HTTPS_PROXY, HTTP_PROXY, NO_PROXY, either case), or null for a
 * direct way. Loopback is always direct, as browsers have it: a proxy elsewhere cannot reach this computer's own.
 * NO_PROXY takes "*", names (with their subdomains), ".domain", "*.domain", addresses, CIDR ranges, each with ":port".
 */
export function proxyFor(url: URL, env: Environment): string | null {
  const pick = (name: string) => (env[name.toLowerCase()] ?? env[name] ?? '').trim() || null;
  const proxy = url.protocol === 'https:' ? pick('HTTPS_PROXY') : pick('HTTP_PROXY');
  if (proxy === null) return null;
  const host = bareHost(url.hostname);
  if (isLoopbackHost(host)) return null;
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  const bypassed = (pick('NO_PROXY') ?? '')
    .split(/[\s,]+/)
    .some((entry) => entry !== '' && matches(entry.toLowerCase(), host, port));
  return bypassed ? null : proxy;
}

/** "host:port" of a proxy setting, without the password it may hold. */
export function proxyLabel(proxy: string): string {
  try {
    const url = new URL(proxy.includes('://') ? proxy : `http://${proxy}`);
    return url.port ? `${url.hostname}:${url.port}` : url.hostname;
  } catch {
    return '(unreadable proxy setting)';
  }
}

/** A URL's hostname without IPv6 brackets or a trailing dot, lower case. */
export function bareHost(hostname: string): string {
  return hostname
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}

function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '::1' || /^127\./.test(host);
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  const withPort = /^(\[[^\]]+\]|[^:]+):(\d+)$/.exec(entry);
  if (withPort && withPort[2] !== port) return false;
  const name = bareHost(withPort?.[1] ?? entry);
  const family = isIP(host);
  if (family !== 0) {
    const [net = '', bits] = name.split('/');
    if (bits === undefined) return net === host;
    if (isIP(net) !== family || !/^\d+$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128)) return false;
    const list = new BlockList();
    list.addSubnet(net, Number(bits), family === 4 ? 'ipv4' : 'ipv6');
    return list.check(host, family === 4 ? 'ipv4' : 'ipv6');
  }
  const domain = name.replace(/^\*?\./, '');
  return host === domain || host.endsWith(`.${domain}`);
}
