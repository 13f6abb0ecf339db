import { describe, expect, test } from 'vitest';
import { addressClass, checkWebhookUrl, judgeAddress } from '../../../src/main/webhooks/url-rules.ts';
import type { AddressClass } from '../../../src/main/webhooks/url-rules.ts';

const check = (text: string) => checkWebhookUrl(text, { origin: 'typed' });
const words = (text: string): string => {
  const result = check(text);
  return result.ok ? `accepted as ${result.data.url}` : result.error.message;
};

describe('refused, in words that say what would be right', () => {
  test.each<[string, string, RegExp]>([
    ['empty', '   ', /Enter the webhook's address/],
    ['no scheme', 'hooks.slack.com/services/x', /must begin with https/],
    ['host and port without scheme', 'localhost:8080/x', /must begin with https/],
    ['plain words', 'webhook', /must begin with https/],
    ['ftp', 'ftp://example.com/', /"ftp:".*only https/],
    ['javascript', 'javascript:alert(1)', /"javascript:"/],
    ['file', 'file:///etc/passwd', /"file:"/],
    ['no slashes', 'https:example.com', /no host/],
    ['no host', 'https:///path', /no host/],
    ['only a scheme', 'https://', /no host/],
    ['backslash', 'https://example.com\\@evil.example/', /backslash/],
    ['a space', 'https://example.com/a b', /space or line break/],
    ['a line break that the parser would drop', 'https://exam\nple.com/', /line break/],
    ['a bad port', 'https://example.com:99999/', /host name and port/],
    ['port 0', 'http://localhost:0/', /Port 0/],
    ['a broken IPv6', 'http://[::1/', /not a valid address/],
    ['too long', `https://example.com/${'a'.repeat(8192)}`, /at most 8,192/],
    ['metadata by number', 'http://169.254.169.254/latest/meta-data', /link-local, metadata/],
    ['metadata by name', 'http://metadata.google.internal/', /metadata/],
    ['metadata by name with a dot', 'http://Metadata.Google.Internal./', /metadata/],
    ['metadata over IPv6', 'http://[fd00:ec2::254]/', /metadata/],
    ['metadata of Alibaba', 'http://100.100.100.200/', /metadata/],
    ['link-local IPv6', 'http://[fe80::1]/', /link-local/],
    ['unspecified', 'http://0.0.0.0:3000/', /unspecified/],
    ['unspecified IPv6', 'http://[::]/', /unspecified/],
    ['multicast', 'http://224.0.0.1/', /multicast/],
    ['multicast IPv6', 'http://[ff02::1]/', /multicast/],
    ['broadcast', 'http://255.255.255.255/', /reserved/],
    [
      'an integer',
      'http://2130706433/',
      /"2130706433" is the address 127\.0\.0\.1 written in an unusual way/,
    ],
    ['hexadecimal', 'http://0x7f000001/', /127\.0\.0\.1/],
    ['octal', 'http://0177.0.0.1/', /127\.0\.0\.1/],
    ['octal that looks private', 'http://010.0.0.1/', /8\.0\.0\.1/],
    ['short', 'http://127.1/', /127\.0\.0\.1/],
    ['full-width digits', 'http://１２７.0.0.1/', /127\.0\.0\.1/],
    ['a dot behind the number', 'http://127.0.0.1./', /127\.0\.0\.1/],
    ['percent-encoded', 'http://127%2e0.0.1/', /percent-encoded/],
    ['an integer behind credentials', 'http://a@2852039166/', /169\.254\.169\.254/],
    ['mapped metadata', 'http://[::ffff:169.254.169.254]/', /metadata/],
    ['compatible metadata', 'http://[::169.254.169.254]/', /metadata/],
    ['NAT64 metadata', 'http://[64:ff9b::a9fe:a9fe]/', /metadata/],
    ['local NAT64 metadata', 'http://[64:ff9b:1::a9fe:a9fe]/', /metadata/],
    ['6to4 metadata', 'http://[2002:a9fe:a9fe::1]/', /metadata/],
  ])('%s', (_name, text, expected) => {
    const result = check(text);
    expect(words(text)).toMatch(expected);
    expect(result).toMatchObject({ ok: false, error: { code: 'VALIDATION_FAILED', field: 'url' } });
  });
});

describe('accepted when typed', () => {
  test.each<[string, string, 'public' | 'private' | 'loopback', number]>([
    ['https://hooks.slack.com/services/T/B/X', 'https://hooks.slack.com/services/T/B/X', 'public', 0],
    ['  https://example.com/?a=%2F#frag ', 'https://example.com/?a=%2F', 'public', 0],
    ['http://127.0.0.1:3000/hook', 'http://127.0.0.1:3000/hook', 'loopback', 0],
    ['http://localhost/hook', 'http://localhost/hook', 'loopback', 0],
    ['http://[::1]:8080/', 'http://[::1]:8080/', 'loopback', 0],
    ['http://192.168.1.5/gotify', 'http://192.168.1.5/gotify', 'private', 0],
    [
      'http://homeassistant.local:8123/api/webhook/x',
      'http://homeassistant.local:8123/api/webhook/x',
      'private',
      0,
    ],
    ['http://nas/hook', 'http://nas/hook', 'private', 0],
    ['http://[fd12::1]/', 'http://[fd12::1]/', 'private', 0],
    ['http://100.64.1.1/', 'http://100.64.1.1/', 'private', 0],
    ['http://example.com/hook', 'http://example.com/hook', 'public', 1],
    ['https://bücher.example/', 'https://xn--bcher-kva.example/', 'public', 1],
    ['HTTPS://Example.COM:443/A', 'https://example.com/A', 'public', 0],
  ])('%s', (text, url, hostClass, warnings) => {
    const result = check(text);
    expect(result).toMatchObject({ ok: true, data: { url, hostClass } });
    expect(result.ok && result.data.warnings.length).toBe(warnings);
  });

  test('credentials come back apart, decoded, and the words say where they went', () => {
    const result = check('https://us%40er:p%3Ass%@example.com/x');
    expect(result).toMatchObject({
      ok: true,
      data: { url: 'https://example.com/x', userinfo: { username: 'us@er', password: 'p%3Ass%' } },
    });
    expect(result.ok && result.data.warnings.join()).toMatch(/Authorization header/);
  });
});

test.each(['server', 'import'] as const)(
  'an address from a %s may not lead into the own network',
  (origin) => {
    for (const url of ['http://192.168.1.5/', 'http://localhost/', 'http://nas.local/'])
      expect(checkWebhookUrl(url, { origin })).toMatchObject({
        ok: false,
        error: { code: 'REFUSED', field: 'url' },
      });
    const open = checkWebhookUrl('https://example.com/', { origin });
    expect(open.ok && open.data.warnings.join()).toMatch(/came from/);
  },
);

test('three megabytes of anything are refused at once', () => {
  const start = performance.now();
  for (const piece of ['a', ' ', 'https://', '@', 'http://1.', '\\', '%'])
    expect(check(piece.repeat(3_000_000 / piece.length)).ok).toBe(false);
  expect(check(`https://${'a.'.repeat(1_500_000)}`).ok).toBe(false);
  expect(performance.now() - start).toBeLessThan(500);
});

describe('addressClass', () => {
  test.each<[string, AddressClass]>([
    ['8.8.8.8', 'public'],
    ['198.18.0.5', 'public'],
    ['2606:4700::1111', 'public'],
    ['64:ff9b::808:808', 'public'],
    ['10.1.2.3', 'private'],
    ['172.31.0.1', 'private'],
    ['172.32.0.1', 'public'],
    ['192.168.0.1', 'private'],
    ['::ffff:10.0.0.1', 'private'],
    ['64:ff9b::c0a8:1', 'private'],
    ['2002:c0a8:1::', 'private'],
    ['fec0::1', 'private'],
    ['127.8.8.8', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::127.0.0.1', 'loopback'],
    ['[::1]', 'loopback'],
    ['fe80::1%eth0', 'forbidden'],
    ['169.254.1.1', 'forbidden'],
    ['::ffff:0:169.254.169.254', 'forbidden'],
    ['2001:0:a9fe:a9fe::', 'forbidden'],
    ['2001:0:808:808::5601:5601', 'forbidden'],
    ['240.0.0.1', 'forbidden'],
    ['0.1.2.3', 'forbidden'],
    ['100::1', 'forbidden'],
    ['fd20:ce::254', 'forbidden'],
    ['168.63.129.16', 'forbidden'],
    ['example.com', 'forbidden'],
    ['', 'forbidden'],
  ])('%s is %s', (ip, expected) => {
    expect(addressClass(ip)).toBe(expected);
  });
});

describe('judgeAddress at dial time', () => {
  test.each<[string, string, AddressClass | undefined, boolean]>([
    ['a typed LAN host', '192.168.1.9', undefined, true],
    ['a name of a LAN host with public-looking name', '10.0.0.2', undefined, true],
    ['a public host staying public', '93.184.216.34', 'public', true],
    ['a public host turned inwards', '192.168.1.1', 'public', false],
    ['a public host turned to this computer', '::ffff:127.0.0.1', 'public', false],
    ['a LAN host that moved out', '93.184.216.34', 'private', true],
    ['metadata, whatever was typed', '169.254.169.254', 'private', false],
    ['metadata in IPv6 clothes', '::ffff:a9fe:a9fe', undefined, false],
  ])('%s', (_name, ip, boundClass, allowed) => {
    const verdict = judgeAddress(ip, { typedHost: 'hook.example', boundClass });
    expect(verdict.ok).toBe(allowed);
    if (!verdict.ok) expect(verdict.words).toContain('hook.example');
  });
});
