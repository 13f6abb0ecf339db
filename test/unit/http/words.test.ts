import { describe, expect, test } from 'vitest';
import { describeFault } from '../../../src/main/http/faults.ts';
import { bypassesProxy, proxyFor, proxyLabel } from '../../../src/main/http/proxy.ts';
import type { HttpFailure } from '../../../src/main/ports.ts';

describe('faults in words', () => {
  const scene = { host: 'hooks.example.com:8443', proxy: null, sent: false };
  const table: [code: string, sent: boolean, HttpFailure, RegExp][] = [
    ['ENOTFOUND', false, 'name_not_found', /no computer called hooks\.example\.com\. Check the spelling/],
    ['EAI_AGAIN', false, 'offline', /offline, or its name server/],
    ['ECONNREFUSED', false, 'refused', /nothing listens there, or a firewall/],
    ['EHOSTUNREACH', false, 'unreachable', /switched off, or on a network/],
    ['ENETUNREACH', false, 'offline', /no network/],
    ['ETIMEDOUT', false, 'connect_timeout', /did not answer the call/],
    ['ETIMEDOUT', true, 'timeout', /may have arrived/],
    ['ECONNRESET', false, 'reset', /before the request was sent/],
    ['ECONNRESET', true, 'reset', /may have arrived/],
    ['EPIPE', true, 'reset', /may have arrived/],
    ['EACCES', false, 'unreachable', /firewall/],
    ['CERT_HAS_EXPIRED', false, 'certificate', /expired/],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', false, 'certificate', /self-signed/],
    ['SELF_SIGNED_CERT_IN_CHAIN', false, 'certificate', /authority/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', false, 'certificate', /intermediate/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', false, 'certificate', /another name/],
    ['CERT_UNTRUSTED', false, 'certificate', /could not be verified/],
    ['ERR_SSL_WRONG_VERSION_NUMBER', false, 'bad_answer', /http:\/\//],
    ['EPROTO', false, 'bad_answer', /https/],
    ['HPE_INVALID_CONSTANT', true, 'bad_answer', /not HTTP/],
    ['ESOMETHINGNEW', false, 'other', /ESOMETHINGNEW/],
  ];
  test.each(table)('%s, sent %s: %s', (code, sent, failure, words) => {
    const error = Object.assign(new Error(`${code} at /secret/path?token=1`), { code });
    const described = describeFault(error, { ...scene, sent });
    expect(described.failure).toBe(failure);
    expect(described.words).toMatch(words);
    expect(described.words).not.toMatch(/secret|token/);
  });

  test('of several addresses tried, the codes of all are looked at', () => {
    const one = (code: string) => Object.assign(new Error(code), { code });
    const both = Object.assign(new AggregateError([one('ENETUNREACH'), one('ECONNREFUSED')]), {
      code: 'ENETUNREACH',
    });
    // No IPv6 here and nothing listening on IPv4: the network is there, so it is not "offline".
    expect(describeFault(both, scene).failure).toBe('refused');
    expect(describeFault(new AggregateError([one('ENETUNREACH'), one('ENETUNREACH')]), scene).failure).toBe(
      'offline',
    );
  });

  test('whatever is thrown, there are words', () => {
    for (const odd of [undefined, null, 'text', 5, {}, new Error('x')])
      expect(describeFault(odd, scene)).toMatchObject({
        failure: 'other',
        words: expect.stringMatching(/\.$/),
      });
  });
});

describe('which proxy', () => {
  const env = {
    HTTP_PROXY: 'http://p:1',
    https_proxy: 'http://s:2',
    HTTPS_PROXY: 'ignored: lower case wins',
  };
  test.each([
    ['http://a.example/', 'http://p:1'],
    ['https://a.example/', 'http://s:2'],
    ['http://localhost:11434/', null],
    ['http://127.0.0.1/', null],
    ['http://127.9.9.9/', null],
    ['http://[::1]/', null],
    ['http://app.localhost/', null],
    ['http://192.168.1.5/', 'http://p:1'],
  ])('%s: %s', (url, expected) => {
    expect(proxyFor(new URL(url), env)).toBe(expected);
  });

  test.each([
    ['*', 'http://a.example/', true],
    ['a.example', 'http://a.example/', true],
    ['a.example', 'http://b.a.example/', true],
    ['a.example', 'http://nota.example/', false],
    ['.example', 'http://a.example/', true],
    ['*.example', 'http://a.example/', true],
    ['A.Example', 'http://a.example/', true],
    ['x, a.example', 'http://a.example/', true],
    ['x a.example', 'http://a.example/', true],
    ['a.example:8080', 'http://a.example:8080/', true],
    ['a.example:8080', 'http://a.example/', false],
    ['a.example:443', 'https://a.example/', true],
    ['192.168.1.5', 'http://192.168.1.5/', true],
    ['192.168.0.0/16', 'http://192.168.1.5/', true],
    ['192.168.0.0/16', 'http://192.169.1.5/', false],
    ['fd00::/8', 'http://[fd12::1]/', true],
    ['[fd12::1]:80', 'http://[fd12::1]/', true],
    ['fd12::1', 'http://[fd12::1]/', true],
    ['192.168.0.0/99', 'http://192.168.1.5/', false],
    ['', 'http://a.example/', false],
  ])('NO_PROXY=%j for %s: %s', (value, url, expected) => {
    expect(bypassesProxy(new URL(url), { NO_PROXY: value })).toBe(expected);
  });

  test('a proxy is named without its password', () => {
    expect(proxyLabel('http://user:pw@proxy.example:3128')).toBe('proxy.example:3128');
    expect(proxyLabel('proxy.example:3128')).toBe('proxy.example:3128');
    expect(proxyLabel('http://:::')).not.toContain(':::');
  });
});
