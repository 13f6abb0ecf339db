import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as SecureAgent, request as httpsRequest } from 'node:https';
import { proxyFor } from '../../main/http/proxy.ts';

/** Thrown words for a person; the cause never holds a key. */
export class UpstreamFault extends Error {}

export interface UpstreamCall {
  url: string;
  method: 'GET' | 'POST';
  key: string | null;
  body?: unknown;
  signal: AbortSignal;
  /** ms until the connection stands. */
  connectMs: number;
  /** ms until the headers of the answer; none for completions, since a local model may think for long. */
  headersMs?: number;
}

export interface UpstreamHttp {
  /** The answer once its headers are there; the body streams. Throws UpstreamFault, or an AbortError. */
  send: (call: UpstreamCall) => Promise<IncomingMessage>;
  close: () => void;
}

/**
 * HTTP to model endpoints. The HttpTransport port gives whole answers with hard time-outs; here
 * answers stream and may take as long as a model needs. Redirects are not followed: they would carry
 * the key elsewhere.
 */
export function createUpstreamHttp(env: Record<string, string | undefined>): UpstreamHttp {
  const agents = new Map<string, Agent>();
  const agentFor = (url: URL): Agent => {
    const proxy = proxyFor(url, env);
    const secure = url.protocol === 'https:';
    const name = `${url.protocol}${proxy ?? ''}`;
    const known = agents.get(name);
    if (known) return known;
    const options = {
      keepAlive: true,
      ...(proxy === null ? {} : { proxyEnv: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy } }),
    };
    const made = secure ? new SecureAgent(options) : new Agent(options);
    agents.set(name, made);
    return made;
  };

  return {
    close: () => {
      for (const agent of agents.values()) agent.destroy();
    },
    send: (call) =>
      new Promise((resolve, reject) => {
        const url = new URL(call.url);
        const body = call.body === undefined ? null : Buffer.from(JSON.stringify(call.body), 'utf8');
        const req = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, {
          method: call.method,
          agent: agentFor(url),
          signal: call.signal,
          headers: {
            accept: 'application/json, text/event-stream',
            'user-agent': 'Hark',
            ...(body ? { 'content-type': 'application/json', 'content-length': body.length } : {}),
            ...(call.key ? { authorization: `Bearer ${call.key}` } : {}),
          },
        });
        const timers = [
          setTimeout(() => {
            if (!req.reusedSocket && !connected)
              req.destroy(
                new UpstreamFault(`No connection to ${url.host} came about in ${call.connectMs / 1000} s.`),
              );
          }, call.connectMs),
        ];
        if (call.headersMs !== undefined)
          timers.push(
            setTimeout(
              () => req.destroy(new UpstreamFault(`${url.host} did not answer in time.`)),
              call.headersMs,
            ),
          );
        const stopTimers = () => timers.forEach(clearTimeout);
        let connected = false;
        req.once('socket', (socket) => {
          if (!socket.connecting) connected = true;
          socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => (connected = true));
          // A model may be silent for minutes; without probes a dead link would look the same for ever.
          socket.setKeepAlive(true, 30_000);
        });
        req.once('response', (res) => {
          stopTimers();
          resolve(res);
        });
        req.once('error', (error) => {
          stopTimers();
          reject(
            call.signal.aborted || error instanceof UpstreamFault
              ? error
              : new UpstreamFault(faultWords(error, url), { cause: error }),
          );
        });
        req.end(body ?? undefined);
      }),
  };
}

/** Words for a connection that failed. Names the host, never the path. */
export function faultWords(error: unknown, url: URL): string {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  switch (code) {
    case 'ECONNREFUSED':
      return `Nothing answers at ${url.host}. Is the model's server running?`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `The name ${url.hostname} could not be found.`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return `${url.host} cannot be reached from this network.`;
    case 'ECONNRESET':
    case 'EPIPE':
      return `${url.host} closed the connection before the answer was complete.`;
    case 'ETIMEDOUT':
      return `${url.host} did not answer in time.`;
    default:
      if (/CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO/.test(code))
        return `The certificate of ${url.host} is not trusted (${code}).`;
      return `The connection to ${url.host} failed${code ? ` (${code})` : ''}.`;
  }
}

/** Reads a whole answer, at most `limit` bytes of it. Throws UpstreamFault when it breaks off. */
export async function readWhole(res: IncomingMessage, url: URL, limit: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of res as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > limit) throw new UpstreamFault(`${url.host} sent more than could be taken.`);
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof UpstreamFault
      ? error
      : new UpstreamFault(faultWords(error, url), { cause: error });
  }
  return Buffer.concat(chunks).toString('utf8');
}
