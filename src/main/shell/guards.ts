import type { Result } from '../../shared/result.ts';
import { fail, ok } from '../../shared/result.ts';
import type { WindowRole } from '../../shared/domain.ts';
import type { IpcContext, Logger } from '../ports.ts';
import { ownUrl, roleOfPage } from './address.ts';

/** A message as it came in: who sent it by the host's own books, and from which frame. */
export interface Sender {
  /** The window the web contents belong to by our registry; null when it is no window of ours. */
  window: { windowId: string; role: WindowRole } | null;
  /** null when the frame is gone or has navigated since. */
  frame: { url: string; isMainFrame: boolean } | null;
}

/**
 * Who is asking? Only the main frame of a window of ours, while it shows its own page, gets a context;
 * the role is the registry's, never the sender's word. Errors: FORBIDDEN.
 */
export function judgeSender(sender: Sender): Result<IpcContext> {
  const refused = (why: string) => fail('FORBIDDEN', `This request was refused: ${why}.`);
  if (!sender.window) return refused('it did not come from a window of Hark');
  if (!sender.frame) return refused('the page that sent it is gone');
  if (!sender.frame.isMainFrame) return refused('it came from a frame inside the page');
  if (roleOfPage(sender.frame.url) !== sender.window.role)
    return refused('the window does not show its own page');
  return ok({ windowId: sender.window.windowId, role: sender.window.role });
}

/**
 * Answers one message of the request channel: judges the sender, lets `handle` answer, and turns whatever
 * goes wrong into a value, since Electron passes only the message of a thrown error on. Never rejects.
 */
export async function answerRequest(
  message: { sender: Sender; route: unknown; input: unknown },
  handle: (ctx: IpcContext, route: string, input: unknown) => Promise<Result<unknown>>,
  log: Pick<Logger, 'warn' | 'error'>,
): Promise<Result<unknown>> {
  const judged = judgeSender(message.sender);
  if (!judged.ok) {
    log.warn('a request was refused', { why: judged.error.message });
    return judged;
  }
  if (typeof message.route !== 'string') return fail('VALIDATION_FAILED', 'A request needs a route.');
  try {
    return await handle(judged.data, message.route, message.input);
  } catch (error) {
    log.error('a request failed unexpectedly', { route: message.route, error: String(error) });
    return fail('INTERNAL', 'Something went wrong inside Hark. The log says what.');
  }
}

/** Page permissions: none but writing plain text to the clipboard, and only from our own pages. */
export function permissionAllowed(permission: string, origin: string): boolean {
  return permission === 'clipboard-sanitized-write' && ownUrl(origin) !== null;
}

/** How often, and in which time, a page that crashed is loaded again before we stop. */
const RELOADS = { most: 3, withinMs: 60_000 };

/** Should a crashed page be loaded again? `crashes` are the times (ms) of this window's crashes so far. */
export function reloadAfterCrash(crashes: readonly number[], now: number): boolean {
  return crashes.filter((at) => now - at < RELOADS.withinMs).length < RELOADS.most;
}
