import { create } from 'zustand';

export interface Flash {
  id: number;
  words: string;
  tone: 'plain' | 'bad';
  /** A way to take back what the words tell of. */
  action?: { label: string; run: () => void };
}

const SHOWN_MS = 5_000;
let nextId = 1;

/** Short words at the window's edge that go away by themselves. */
export const useFlashes = create<{ list: readonly Flash[] }>(() => ({ list: [] }));

/** Shows words for five seconds; failures for ten. */
export function flash(words: string, tone: Flash['tone'] = 'plain', action?: Flash['action']): void {
  const id = nextId++;
  useFlashes.setState(({ list }) => ({ list: [...list.slice(-2), { id, words, tone, action }] }));
  setTimeout(() => dismissFlash(id), tone === 'bad' || action !== undefined ? SHOWN_MS * 2 : SHOWN_MS);
}

/** Takes words away before their time. */
export function dismissFlash(id: number): void {
  useFlashes.setState(({ list }) => ({ list: list.filter((entry) => entry.id !== id) }));
}
