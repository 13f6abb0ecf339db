import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../../main/ports.ts';
import type { Account } from '../accounts/users.ts';
import { notAllowed, refuse, type Answer } from './answer.ts';
import { readBody } from './body.ts';
import { createRouter, type Access, type Call, type Route } from './router.ts';

export interface DispatchOptions {
  routes: Route[];
  guard: (headers: IncomingMessage['headers']) => string | null;
  /** The account a token stands for; null when the token is unknown or has expired. */
  authenticate: (token: string) => Account | null;
  log: Logger;
}

/** One function for node:http that finds the route, checks access and body, and writes the answer. */
export function createDispatcher(
  options: DispatchOptions,
): (req: IncomingMessage, res: ServerResponse) => void {
  const match = createRouter(options.routes);

  const decide = async (req: IncomingMessage, res: ServerResponse): Promise<Answer> => {
    const refused = options.guard(req.headers);
    if (refused !== null) return refuse(403, refused);
    const url = parseTarget(req.url ?? '/');
    if (!url) return refuse(400, 'The address of the request is malformed.');

    const found = match(req.method ?? '', url.path);
    if (found.found === 'nothing') return refuse(404, 'Not Found');
    if (found.found === 'method') return refuse(405, 'Method Not Allowed', { allow: found.allow.join(', ') });

    const token = bearer(req);
    const user = token === null ? null : options.authenticate(token);
    const barred = bar(found.route.access, token, user);
    if (barred) return barred;

    let body: unknown;
    if (found.route.body) {
      const parsed = await readBody(req, found.route.body, found.route.limit);
      if (!parsed.ok) return parsed.answer;
      body = parsed.value;
    }
    const gone = new AbortController();
    res.once('close', () => {
      if (!res.writableFinished) gone.abort();
    });
    const call: Call = {
      req,
      res,
      params: found.params,
      query: url.query,
      user: found.route.access === 'anyone' ? null : user,
      token,
      address: req.socket.remoteAddress ?? '',
      gone: gone.signal,
    };
    return found.route.handle(call, body);
  };

  return (req, res) => {
    decide(req, res)
      .catch((error: unknown): Answer => {
        const path = (req.url ?? '').split('?')[0];
        options.log.error('a request failed', { method: req.method, path, error: describe(error) });
        return refuse(500, 'The server had an error of its own; its log says more.');
      })
      .then((result) => {
        if (result !== 'streamed') write(req, res, result);
      })
      .catch((error: unknown) => {
        options.log.error('an answer could not be written', { error: describe(error) });
        res.destroy();
      });
  };
}

const describe = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);

function parseTarget(target: string): { path: string; query: URLSearchParams } | null {
  if (!target.startsWith('/')) return null;
  const cut = target.indexOf('?');
  return cut < 0
    ? { path: target, query: new URLSearchParams() }
    : { path: target.slice(0, cut), query: new URLSearchParams(target.slice(cut + 1)) };
}

/** Cookies are never read: a page of another site could not send a token it does not know. */
function bearer(req: IncomingMessage): string | null {
  const match = /^Bearer (\S+)$/i.exec(req.headers.authorization ?? '');
  return match?.[1] ?? null;
}

function bar(access: Access, token: string | null, user: Account | null): Answer | null {
  if (access === 'anyone') return null;
  if (access === 'optional') return token !== null && !user ? refuse(401, 'Invalid token') : null;
  if (token === null) return refuse(401, 'Not authenticated');
  if (!user) return refuse(401, 'Your session has expired or the token is invalid. Please sign in again.');
  if (access === 'signed_in') return null;
  if (user.role === 'pending') return notAllowed();
  return access === 'admin' && user.role !== 'admin' ? notAllowed() : null;
}

function write(req: IncomingMessage, res: ServerResponse, result: Exclude<Answer, 'streamed'>): void {
  if (res.headersSent || res.destroyed) {
    res.destroy();
    return;
  }
  const body = Buffer.from(JSON.stringify(result.body ?? null), 'utf8');
  // An unread body left on the line would be taken for the next request.
  const close = req.complete ? {} : { connection: 'close' };
  res.writeHead(result.status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': body.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...close,
    ...result.headers,
  });
  res.end(body);
}
