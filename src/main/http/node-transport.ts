import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import {
  request as httpRequest,
  Agent as HttpAgent,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { request as httpsRequest, Agent as HttpsAgent } from 'node:https';
import { isIP, type LookupFunction, type Socket, type TcpNetConnectOpts } from 'node:net';
import { createSecureContext, getCACertificates, TLSSocket, type SecureContext } from 'node:tls';
import type { HttpAnswer, HttpFailure, HttpFault, HttpRequest, HttpTransport } from '../ports.ts';
import { codesOf, describeFault, proxyWantsSignIn } from './faults.ts';
import { bareHost, bypassesProxy, isLoopbackHost, proxyFor, proxyLabel, type Environment } from './proxy.ts';

export interface NodeTransportOptions {
  /** Where the proxy settings come from; default process.env. */
  env?: Environment;
  /** Asks the system for its proxy (settings, PAC) where the environment names none; null is a direct way. */
  systemProxy?: (url: URL) => Promise<string | null>;
  /** Name look-up, for tests; default the system's (hosts file, mDNS and all). */
  lookup?: typeof systemLookup;
  /** ms an unused connection is kept; default 5,000. A longer one is often dead after sleep. */
  idleMs?: number;
}

const CONNECT_MS = 5_000;
const TOTAL_MS = 15_000;
const MAX_ANSWER = 65_536;
/** Time for one of several addresses before the next is tried; Node's own 250 ms gives up on slow links. */
const NEXT_ADDRESS_MS = 700;

type Outcome = { answer: HttpAnswer } | { fault: HttpFault };

/** Thrown inside the look-up; carries the words of the rule that refused. */
class RefusedAddress extends Error {}

/**
 * HttpTransport over node:http and node:https: keep-alive, no redirects, no cookies, hard time-outs, a capped
 * answer, judged addresses, the system's certificate authorities and the environment's proxy.
 */
export function createNodeTransport(options: NodeTransportOptions = {}): HttpTransport {
  const env = options.env ?? process.env;
  const lookup = options.lookup ?? systemLookup;
  const agents = new Map<string, HttpAgent | HttpsAgent>();
  const open = new Set<() => void>();
  let authorities: string[] | null = null;
  let closed = false;

  const secureContext = (caPem: string | undefined): SecureContext => {
    // The system's list alone takes tens of ms to read and parse: once, not per connection.
    authorities ??= [...new Set([...getCACertificates('default'), ...getCACertificates('system')])];
    return createSecureContext({ ca: caPem ? [...authorities, caPem] : authorities });
  };

  /** One agent per way and authority, so that a connection trusted for one target never serves another. */
  const agentFor = (secure: boolean, proxy: string | null, caPem: string | undefined) => {
    const key = `${secure ? 'https' : 'http'} ${proxy ?? ''} ${secure ? (caPem ?? '') : ''}`;
    const known = agents.get(key);
    if (known) return known;
    const common = {
      keepAlive: true,
      timeout: options.idleMs ?? 5_000,
      maxFreeSockets: 32,
      ...(proxy === null ? {} : { proxyEnv: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } }),
    };
    const agent = secure
      ? new HttpsAgent({ ...common, secureContext: secureContext(caPem) })
      : new HttpAgent(common);
    agents.set(key, agent);
    if (agents.size > 32) {
      const [oldest] = agents.keys();
      if (oldest !== undefined) {
        agents.get(oldest)?.destroy();
        agents.delete(oldest);
      }
    }
    return agent;
  };

  const once = (input: HttpRequest, url: URL, proxy: string | null, started: number) =>
    new Promise<Outcome & { staleConnection?: boolean }>((resolve) => {
      const secure = url.protocol === 'https:';
      const scene = { host: url.host, proxy: proxy === null ? null : proxyLabel(proxy), sent: false };
      let request: ClientRequest | null = null;
      let answer: IncomingMessage | null = null;
      let chunks: Buffer[] = [];
      let size = 0;
      let done = false;
      const elapsed = () => Math.round((performance.now() - started) * 100) / 100;

      const finish = (outcome: Outcome & { staleConnection?: boolean }, keep = false): void => {
        if (done) return;
        done = true;
        clearTimeout(connectTimer);
        clearTimeout(totalTimer);
        input.signal?.removeEventListener('abort', onAbort);
        open.delete(onClose);
        if (!keep) request?.destroy();
        resolve(outcome);
      };
      const fault = (failure: HttpFailure, words: string, more: { staleConnection?: boolean } = {}) =>
        finish({ fault: { failure, words, sent: scene.sent, latencyMs: elapsed() }, ...more });
      /** The status line has come: that is the receiver's answer, even when the rest never does. */
      const answered = (message: IncomingMessage, cut: boolean): void => {
        if (message.statusCode === 407 && scene.proxy !== null) {
          const { failure, words } = proxyWantsSignIn(scene.proxy);
          return fault(failure, words);
        }
        finish(
          {
            answer: {
              status: message.statusCode ?? 0,
              headers: plainHeaders(message),
              body: Buffer.concat(chunks).toString('utf8'),
              cut,
              latencyMs: elapsed(),
            },
          },
          !cut,
        );
      };

      const connectTimer = setTimeout(
        () =>
          fault(
            scene.proxy === null ? 'connect_timeout' : 'proxy',
            scene.proxy === null
              ? `${url.host} did not answer the call to connect. It is switched off, or a firewall drops the connection.`
              : `The proxy ${scene.proxy} did not bring about a connection to ${url.host} in time.`,
          ),
        input.connectTimeoutMs ?? CONNECT_MS,
      );
      const totalTimer = setTimeout(
        () => {
          if (answer) return answered(answer, true);
          fault(
            scene.sent ? 'timeout' : 'connect_timeout',
            scene.sent
              ? `${url.host} took the request but gave no answer in time. It may have arrived.`
              : `The connection to ${url.host} did not come about in time.`,
          );
        },
        Math.max(0, (input.totalTimeoutMs ?? TOTAL_MS) - (performance.now() - started)),
      );
      const onAbort = () => fault('aborted', `The exchange with ${url.host} was stopped by Hark.`);
      const onClose = onAbort;
      input.signal?.addEventListener('abort', onAbort);
      open.add(onClose);

      const transmit = (socket: Socket): void => {
        if (done || !request) return;
        // A connection kept from another request was judged by that request's rule, not by this one's.
        const refused = proxy === null ? judge(input, socket.remoteAddress) : null;
        if (refused !== null) return fault('refused_address', refused);
        clearTimeout(connectTimer);
        scene.sent = true;
        request.end(input.body);
      };

      try {
        const send = secure ? httpsRequest : httpRequest;
        // Typed as what both take; Node hands the two family settings on to net.connect.
        const how: RequestOptions & TcpNetConnectOpts = {
          host: bareHost(url.hostname),
          port: Number(url.port || (secure ? 443 : 80)),
          path: url.pathname + url.search,
          method: input.method,
          headers: requestHeaders(input, url),
          agent: agentFor(secure, proxy, input.caPem),
          autoSelectFamily: true,
          autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS,
          ...(proxy === null ? { lookup: judgedLookup(lookup, input) } : {}),
        };
        request = send(how);
      } catch (error) {
        const { failure, words } = describeFault(error, scene);
        return fault(failure, words);
      }
      request.on('socket', (socket) => {
        if (request?.reusedSocket) return transmit(socket);
        // Through a proxy's tunnel a TLS connection comes ready made; `authorized` means its certificate was good.
        if (socket instanceof TLSSocket && !socket.authorized)
          socket.once('secureConnect', () => transmit(socket));
        else if (socket.connecting) socket.once('connect', () => transmit(socket));
        else transmit(socket);
      });
      request.on('error', (error) => {
        if (answer) return answered(answer, true);
        const refused = refusal(error);
        if (refused !== null) return fault('refused_address', refused);
        const { failure, words } = describeFault(error, scene);
        const stale =
          (request?.reusedSocket ?? false) &&
          codesOf(error).some((code) => code === 'ECONNRESET' || code === 'EPIPE');
        fault(failure, words, stale ? { staleConnection: true } : {});
      });
      request.on('upgrade', (_message, socket) => {
        socket.destroy();
        fault('bad_answer', `${url.host} wanted to change the protocol instead of answering.`);
      });
      request.on('response', (message) => {
        answer = message;
        const limit = input.maxAnswerBytes ?? MAX_ANSWER;
        message.on('data', (chunk: Buffer) => {
          if (done) return;
          if (size + chunk.length > limit) {
            chunks.push(chunk.subarray(0, limit - size));
            return answered(message, true);
          }
          size += chunk.length;
          chunks.push(chunk);
        });
        message.on('end', () => answered(message, !message.complete));
        message.on('error', () => answered(message, true));
        message.on('close', () => {
          answered(message, true);
          chunks = [];
        });
      });
    });

  const systemProxyFor = async (url: URL): Promise<string | null> =>
    options.systemProxy === undefined || isLoopbackHost(bareHost(url.hostname)) || bypassesProxy(url, env)
      ? null
      : options.systemProxy(url);

  return {
    send: async (input) => {
      const started = performance.now();
      const refuse = (failure: HttpFailure, words: string): Outcome => ({
        fault: { failure, words, sent: false, latencyMs: performance.now() - started },
      });
      const url = URL.canParse(input.url) ? new URL(input.url) : null;
      if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:'))
        return refuse('other', 'The address is not one that begins with http:// or https://.');
      if (closed || input.signal?.aborted)
        return refuse('aborted', `The exchange with ${url.host} was stopped by Hark.`);
      const literal = bareHost(url.hostname);
      const refused = isIP(literal) === 0 ? null : judge(input, literal);
      if (refused !== null) return refuse('refused_address', refused);
      const proxy = proxyFor(url, env) ?? (await systemProxyFor(url));
      const first = await once(input, url, proxy, started);
      // The receiver closed a kept connection just as it was used again: that is no failure of the receiver's.
      if ('fault' in first && first.staleConnection) return strip(await once(input, url, proxy, started));
      return strip(first);
    },
    close: async () => {
      closed = true;
      for (const stop of [...open]) stop();
      for (const agent of agents.values()) agent.destroy();
      agents.clear();
    },
  };
}

function strip(outcome: Outcome): Outcome {
  return 'answer' in outcome ? { answer: outcome.answer } : { fault: outcome.fault };
}

/** The rule's words when it refuses the address; null when it may be used. */
function judge(input: HttpRequest, address: string | undefined): string | null {
  if (!input.allowAddress || address === undefined) return null;
  const verdict = input.allowAddress(address);
  return verdict.ok ? null : verdict.words;
}

/**
 * A look-up that gives the connection only addresses the rule allows, so that the judged address is the one
 * connected to. Refused ones are left out (a name on the LAN often has a link-local address beside the real one).
 */
function judgedLookup(lookup: typeof systemLookup, input: HttpRequest): LookupFunction {
  return (hostname, lookupOptions, callback) => {
    lookup(hostname, { ...lookupOptions, all: true }, (error, found: LookupAddress[]) => {
      if (error) return callback(error, []);
      let words: string | null = null;
      const allowed = found.filter(({ address }) => {
        const refused = judge(input, address);
        words ??= refused;
        return refused === null;
      });
      const [first] = allowed;
      if (!first) {
        const none = Object.assign(new Error('no address'), { code: 'ENOTFOUND' });
        return callback(words === null ? none : new RefusedAddress(words), []);
      }
      if (lookupOptions.all) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}

function refusal(error: unknown): string | null {
  if (error instanceof RefusedAddress) return error.message;
  return error instanceof Error && error.cause instanceof RefusedAddress ? error.cause.message : null;
}

function requestHeaders(input: HttpRequest, url: URL): Record<string, string> {
  const headers: Record<string, string> = { host: url.host, 'user-agent': 'Hark', accept: '*/*' };
  for (const [name, value] of Object.entries(input.headers)) headers[name.toLowerCase()] = value;
  // Answers are read as they come; none of ours is worth compressing.
  headers['accept-encoding'] = 'identity';
  if (input.body !== undefined) headers['content-length'] = String(Buffer.byteLength(input.body));
  return headers;
}

function plainHeaders(message: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers))
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
  return headers;
}
