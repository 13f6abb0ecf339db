import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Answer, Cdp } from './cdp.ts';
import { startChromium, type Chromium } from './chromium.ts';
import { watchActive } from './x11.ts';

/*
 * The one Chromium behind a run of the double, and what must be shared by all windows: who owns a target, and
 * which X window has the focus.
 */

export interface TargetOwner {
  /** A page nobody asked the double for: a pop-up of this owner's page, to be judged and closed. */
  popup: (targetId: string) => void;
  gone: () => void;
}

let chromium: Chromium | null = null;
let active = 0;
const activeListeners = new Set<(xid: number) => void>();
const owners = new Map<string, TargetOwner>();
const awaited = new Map<string, (sessionId: string) => void>();
/** Sessions by target, for pages that attached before anyone waited for them. */
const attached = new Map<string, string>();
let creating = 0;
/** Pages to come that a click asked for and the host refused; Chromium names no opener for those. */
let orphans = 0;
export const refuseNextOrphan = (): void => void (orphans += 1);

export const runningChromium = (): Chromium | null => chromium;

export function cdp(): Cdp {
  if (!chromium) throw new Error('Electron’s own rule: windows can be made after app is ready only');
  return chromium.cdp;
}

export async function startEngine(userData: string): Promise<void> {
  const folder = path.join(userData, 'Chromium');
  mkdirSync(folder, { recursive: true });
  chromium = await startChromium(folder);
  const { cdp: link } = chromium;
  link.on('Target.attachedToTarget', ({ sessionId, targetInfo }: Answer) => {
    const target = targetInfo.targetId as string;
    const opener = owners.get((targetInfo.openerId as string | undefined) ?? '');
    attached.set(target, sessionId as string);
    const waiting = awaited.get(target);
    if (waiting) waiting(sessionId as string);
    else if (opener) opener.popup(target);
    else if (orphans > 0) {
      orphans -= 1;
      closeTarget(target).catch(() => undefined); // it closed by itself
    } else if (creating === 0)
      link.send('Runtime.runIfWaitingForDebugger', {}, sessionId as string).catch(() => undefined); // a page of the test's own
  });
  link.on('Target.detachedFromTarget', ({ targetId }: Answer) => {
    attached.delete(targetId as string);
    owners.get(targetId as string)?.gone();
    owners.delete(targetId as string);
  });
  await link.send('Target.setAutoAttach', {
    autoAttach: true,
    waitForDebuggerOnStart: true,
    flatten: true,
    filter: [{ type: 'page' }, { exclude: true }],
  });
  watchActive((xid) => {
    active = xid;
    for (const listener of activeListeners) listener(xid);
  });
}

/** A new top-level window on `url`, on no screen yet; its page is held until the session is resumed. */
export async function createTarget(
  url: string,
  bounds: { x?: number; y?: number; width: number; height: number },
  owner: TargetOwner,
): Promise<{ targetId: string; sessionId: string }> {
  creating += 1;
  try {
    const { targetId } = await cdp().send('Target.createTarget', {
      url,
      newWindow: true,
      width: bounds.width,
      height: bounds.height,
      ...(bounds.x === undefined ? {} : { left: bounds.x, top: bounds.y }),
    });
    owners.set(targetId as string, owner);
    const sessionId =
      attached.get(targetId as string) ??
      (await new Promise<string>((resolve) => awaited.set(targetId as string, resolve)));
    awaited.delete(targetId as string);
    return { targetId: targetId as string, sessionId };
  } finally {
    creating -= 1;
  }
}

export const closeTarget = (targetId: string): Promise<unknown> =>
  cdp().send('Target.closeTarget', { targetId });

export const activeXid = (): number => active;
export function onActive(listener: (xid: number) => void): () => void {
  activeListeners.add(listener);
  return () => activeListeners.delete(listener);
}
