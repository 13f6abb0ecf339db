import type { IncomingMessage, ServerResponse } from 'node:http';
import type * as z from 'zod';
import type { Account } from '../accounts/users.ts';
import type { Answer } from './answer.ts';

/** Who may call a route. `signed_in` lets pending accounts in, `verified` does not. */
export type Access = 'anyone' | 'optional' | 'signed_in' | 'verified' | 'admin';

type UserFor<A extends Access> = A extends 'anyone' ? null : A extends 'optional' ? Account | null : Account;

/** What a route knows about its call. */
export interface Call<A extends Access = Access> {
  req: IncomingMessage;
  res: ServerResponse;
  params: Record<string, string>;
  query: URLSearchParams;
  user: UserFor<A>;
  /** The bearer token as sent, whether or not it is valid. */
  token: string | null;
  /** The peer's address, for rate limits. */
  address: string;
  /** Aborts when the client hangs up before the answer is whole. */
  gone: AbortSignal;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

export interface Route {
  method: Method;
  segments: string[];
  access: Access;
  body: z.ZodType | null;
  /** Largest body in bytes. */
  limit: number;
  handle: (call: Call, body: unknown) => Answer | Promise<Answer>;
}

export const MEGABYTE = 1024 * 1024;

/** Describes one route. Path segments starting with ":" are parameters; a trailing slash means nothing. */
export function route<A extends Access, B extends z.ZodType = z.ZodUndefined>(spec: {
  method: Method;
  path: string;
  access: A;
  body?: B;
  limit?: number;
  handle: (call: Call<A>, body: z.output<B>) => Answer | Promise<Answer>;
}): Route {
  return {
    method: spec.method,
    segments: segmentsOf(spec.path),
    access: spec.access,
    body: spec.body ?? null,
    limit: spec.limit ?? MEGABYTE,
    // The dispatcher fills `user` by `access` and parses `body` by the schema before it calls.
    handle: spec.handle as Route['handle'],
  };
}

export type Match =
  | { found: 'route'; route: Route; params: Record<string, string> }
  | { found: 'method'; allow: Method[] }
  | { found: 'nothing' };

/** Finds the route for a call; literal segments win over parameters whatever the order of the list. */
export function createRouter(routes: Route[]): (method: string, path: string) => Match {
  const byLength = new Map<number, Route[]>();
  for (const r of routes) byLength.set(r.segments.length, [...(byLength.get(r.segments.length) ?? []), r]);
  for (const list of byLength.values()) list.sort((a, b) => rank(a).localeCompare(rank(b)));

  return (method, path) => {
    const segments = segmentsOf(path);
    const allow = new Set<Method>();
    for (const candidate of byLength.get(segments.length) ?? []) {
      const params = matchSegments(candidate.segments, segments);
      if (!params) continue;
      if (candidate.method === method) return { found: 'route', route: candidate, params };
      allow.add(candidate.method);
    }
    return allow.size > 0 ? { found: 'method', allow: [...allow] } : { found: 'nothing' };
  };
}

const segmentsOf = (path: string): string[] => path.split('/').filter((part) => part !== '');
const rank = (r: Route): string => r.segments.map((s) => (s.startsWith(':') ? '1' : '0')).join('');

function matchSegments(pattern: string[], segments: string[]): Record<string, string> | null {
  const params: Record<string, string> = {};
  for (const [i, part] of pattern.entries()) {
    const given = segments[i] ?? '';
    if (!part.startsWith(':')) {
      if (part !== given) return null;
      continue;
    }
    const decoded = decode(given);
    if (decoded === null) return null;
    params[part.slice(1)] = decoded;
  }
  return params;
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return null;
    throw error;
  }
}
