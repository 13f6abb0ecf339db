import ipaddr from 'ipaddr.js';

/** Where an address lies. `forbidden`: never a webhook's place, whoever typed it. */
export type AddressClass = 'public' | 'private' | 'loopback' | 'forbidden';

type V4 = ipaddr.IPv4;
type V6 = ipaddr.IPv6;

/** Cloud metadata services outside the link-local range; they hand out a machine's credentials. */
const METADATA = new Set([
  '100.100.100.200', // Alibaba Cloud
  '168.63.129.16', // Azure
  '192.0.0.192', // Oracle Cloud
  'fd00:ec2::254', // AWS
  'fd20:ce::254', // Google Cloud
]);

/** Host names of cloud metadata services. */
const METADATA_NAMES = new Set([
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'instance-data',
  'instance-data.ec2.internal',
]);

function classV4(address: V4): AddressClass {
  if (METADATA.has(address.toString())) return 'forbidden';
  const range = address.range();
  switch (range) {
    case 'loopback':
      return 'loopback';
    case 'private':
    case 'carrierGradeNat': // Tailscale and the like
      return 'private';
    case 'unspecified':
    case 'broadcast':
    case 'multicast':
    case 'linkLocal':
      return 'forbidden';
    default:
      // 240/4 is routed nowhere. Other reserved blocks stay: 198.18/15 is what local proxies answer for every name.
      return (address.octets[0] ?? 0) >= 240 ? 'forbidden' : 'public';
  }
}

/** The IPv4 address in the 32 bits that begin at 16-bit group `at`, each XORed with `mask`. */
function embedded(address: V6, at: number, mask = 0): V4 {
  const high = (address.parts[at] ?? 0) ^ mask;
  const low = (address.parts[at + 1] ?? 0) ^ mask;
  return new ipaddr.IPv4([high >> 8, high & 255, low >> 8, low & 255]);
}

const COMPATIBLE: [V6, number] = [ipaddr.IPv6.parse('::'), 96];

function classV6(address: V6): AddressClass {
  const bare = new ipaddr.IPv6(address.parts);
  if (METADATA.has(bare.toRFC5952String())) return 'forbidden';
  const range: string = bare.range();
  switch (range) {
    case 'loopback':
      return 'loopback';
    case 'uniqueLocal':
    case 'deprecatedSiteLocal':
      return 'private';
    case 'unspecified':
    case 'multicast':
    case 'linkLocal':
    case 'discard':
      return 'forbidden';
    // Forms that carry an IPv4 address reach, or may reach, that address.
    case 'ipv4Mapped':
    case 'rfc6145':
    case 'rfc6052':
      return classV4(embedded(bare, 6));
    case '6to4':
      return classV4(embedded(bare, 1));
    case 'teredo': {
      const ends = [classV4(embedded(bare, 2)), classV4(embedded(bare, 6, 0xffff))];
      return ends.find((end) => end !== 'public') ?? 'public';
    }
    default:
      return bare.match(COMPATIBLE) ? classV4(embedded(bare, 6)) : 'public';
  }
}

/** The class of a numeric address, brackets and zone allowed; anything unreadable is `forbidden`. */
export function addressClass(ip: string): AddressClass {
  const bare = ip.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  if (ipaddr.IPv4.isValidFourPartDecimal(bare)) return classV4(ipaddr.IPv4.parse(bare));
  if (ipaddr.IPv6.isValid(bare)) return classV6(ipaddr.IPv6.parse(bare));
  return 'forbidden';
}

/** True when a URL's host is a numeric address. */
export function isAddress(host: string): boolean {
  return host.startsWith('[') || ipaddr.IPv4.isValidFourPartDecimal(host);
}

/**
 * What a host, name or number, promises to be before it is resolved: `localhost` is loopback; single labels and the
 * endings of local networks (RFC 6762, RFC 8375, ICANN's "internal") are private; metadata names forbidden.
 */
export function hostClass(host: string): AddressClass {
  if (isAddress(host)) return addressClass(host);
  const name = host.toLowerCase().replace(/\.$/, '');
  if (METADATA_NAMES.has(name)) return 'forbidden';
  if (name === 'localhost' || name.endsWith('.localhost')) return 'loopback';
  if (!name.includes('.') || /\.(local|lan|home|internal|intranet|home\.arpa|ts\.net)$/.test(name))
    return 'private';
  return 'public';
}
