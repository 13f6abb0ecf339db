/** What a route answers. `'streamed'` means the route wrote the response itself. */
export type Answer = { status: number; body: unknown; headers?: Record<string, string> } | 'streamed';

/** A JSON answer, 200 unless told. */
export const answer = (body: unknown, status = 200): Answer => ({ status, body });

/** An error in Open WebUI's shape: `{"detail": words}`. */
export const refuse = (status: number, detail: unknown, headers?: Record<string, string>): Answer => ({
  status,
  body: { detail },
  ...(headers ? { headers } : {}),
});

/** Open WebUI answers 401, not 404, for what is missing or someone else's. */
export const notFoundHere = (): Answer =>
  refuse(401, "We could not find what you're looking for, or it is not yours.");

/** For admin routes and accounts still waiting: 401 with Open WebUI's own wording. */
export const notAllowed = (): Answer =>
  refuse(
    401,
    'You do not have permission to access this resource. Please contact your administrator for assistance.',
  );
