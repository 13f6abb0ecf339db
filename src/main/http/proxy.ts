import { BlockList, isIP } from 'node:net';

export type Environment = Record<string, string | undefined>;

/**
 * The proxy for a URL by the usual variables (HTTPS_PROXY, HTTP_PROXY, NO_PROXY, either case), or null for a
 * direct way. Loopback is always direct, as browsers have it: a proxy elsewhere cannot reach this computer's own.
 * NO_PROXY takes "*", names (with their subdomains), ".domain", "*.domain", addresses, CIDR ranges, each with ":port".
 */
export function proxyFor(url: URL, env: Environment): string | null {
  const proxy = pick(env, url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY');
  if (proxy === null || isLoopbackHost(bareHost(url.hostname)) || bypassesProxy(url, env)) return null;
  return proxy;
}

/** True when NO_PROXY names the URL's host. */
export function bypassesProxy(url: URL, env: Environment): boolean {
  const host = bareHost(url.hostname);
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return (pick(env, 'NO_PROXY') ?? '')
    .split(/[\s,]+/)
    .some((entry) => entry !== '' && matches(entry.toLowerCase(), host, port));
}

function pick(env: Environment, name: string): string | null {
  return (env[name.toLowerCase()] ?? env[name] ?? '').trim() || null;
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

/** True for this computer's own names and addresses, as a bare host. */
export function isLoopbackHost(host: string): boolean {
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
