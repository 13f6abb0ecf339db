import { cleanup, render } from '@testing-library/react';
import type { RenderResult } from '@testing-library/react';
import type { QueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { afterEach } from 'vitest';
import { createQueryClient } from '../../../src/renderer/lib/client.tsx';
import { createSignal } from '../../../src/renderer/lib/connection.ts';
import type { ConnectionState } from '../../../src/renderer/lib/connection.ts';
import { wireEvents } from '../../../src/renderer/lib/wire-events.ts';
import { Shell } from '../../../src/renderer/ui/shell.tsx';
import type { FakeBridge } from '../../support/fake-bridge.ts';

/** What jsdom does not have and the windows use. */
class NoObserver {
  observe(): void {
    return;
  }
  unobserve(): void {
    return;
  }
  disconnect(): void {
    return;
  }
}
globalThis.ResizeObserver ??= NoObserver;
globalThis.IntersectionObserver ??= NoObserver as unknown as typeof IntersectionObserver;
const missing: Partial<Record<keyof Element, () => unknown>> = {
  scrollTo: () => undefined,
  scrollIntoView: () => undefined,
  hasPointerCapture: () => false,
};
for (const [name, value] of Object.entries(missing)) {
  if (!(name in Element.prototype)) Object.assign(Element.prototype, { [name]: value });
}

const undo: (() => void)[] = [];
afterEach(() => {
  cleanup();
  for (const each of undo.splice(0)) each();
  location.hash = '';
  sessionStorage.clear();
  localStorage.clear();
});

/** Renders content as a window does: bridge, cache, events and shell. */
export function renderWindow(
  fake: FakeBridge,
  content: ReactNode,
): RenderResult & { client: QueryClient; setConnection: (state: ConnectionState) => void } {
  const client = createQueryClient();
  undo.push(wireEvents(fake.bridge, client), () => client.clear());
  const connection = createSignal<ConnectionState>('open');
  const result = render(
    <Shell bridge={fake.bridge} connection={connection} client={client}>
      {content}
    </Shell>,
  );
  return { ...result, client, setConnection: connection.set };
}
