import { describe, expect, it } from 'vitest';
import { createStreamSender } from '../../../src/main/chat/stream-sender.ts';
import type { IpcEvents } from '../../../src/shared/ipc/events.ts';

/** Collects messages per window and rebuilds the text as a window would. */
function setup() {
  const timers: (() => void)[] = [];
  const sent: { windowId: string; data: IpcEvents['chat.stream'] }[] = [];
  const sender = createStreamSender({
    clock: { now: () => 0, monotonic: () => 0, after: (_ms, run) => (timers.push(run), () => undefined) },
    send: (windowId, data) => sent.push({ windowId, data }),
  });
  return { sender, sent, frame: () => timers.splice(0).forEach((run) => run()) };
}
const rebuild = (start: string, sent: { data: IpcEvents['chat.stream'] }[]): string =>
  sent.reduce((text, { data }) => text.slice(0, data.from) + data.text, start);

describe('stream sender', () => {
  it('sends one message a frame however many tokens came, and only to windows that show the chat', () => {
    const { sender, sent, frame } = setup();
    sender.watch('w1', 'c1', { messageId: 'm', text: '' });
    sender.watch('w2', 'c2', null);
    for (let i = 1; i <= 100; i += 1) sender.update('c1', 'm', 'x'.repeat(i));
    expect(sent).toHaveLength(0);
    frame();
    expect(sent).toEqual([
      { windowId: 'w1', data: { chatId: 'c1', messageId: 'm', from: 0, text: 'x'.repeat(100) } },
    ]);
  });

  it('a window that opens in mid-answer gets what is missing, not everything twice', () => {
    const { sender, sent, frame } = setup();
    sender.update('c1', 'm', 'Hello');
    frame();
    sender.watch('w1', 'c1', { messageId: 'm', text: 'Hello' });
    sender.update('c1', 'm', 'Hello world');
    frame();
    expect(sent.map((s) => s.data.text)).toEqual([' world']);
    expect(rebuild('Hello', sent)).toBe('Hello world');
  });

  it('text the server rewrites is rebuilt right in the window', () => {
    const { sender, sent, frame } = setup();
    sender.watch('w1', 'c1', { messageId: 'm', text: '' });
    for (const text of ['The cat', 'The dog sat', 'The', '', 'All new']) {
      sender.update('c1', 'm', text);
      frame();
      expect(rebuild('', sent)).toBe(text);
    }
  });

  it('the end comes at once, without waiting for a frame', () => {
    const { sender, sent } = setup();
    sender.watch('w1', 'c1', { messageId: 'm', text: '' });
    sender.update('c1', 'm', 'whole');
    sender.flush('c1');
    expect(rebuild('', sent)).toBe('whole');
  });

  it('a second answer in the same chat starts anew', () => {
    const { sender, sent, frame } = setup();
    sender.watch('w1', 'c1', { messageId: 'm1', text: 'same words' });
    sender.update('c1', 'm2', 'same');
    frame();
    expect(sent[0]?.data).toEqual({ chatId: 'c1', messageId: 'm2', from: 0, text: 'same' });
  });
});
