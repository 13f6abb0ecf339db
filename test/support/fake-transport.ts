import type { HttpAnswer, HttpFault, HttpRequest, HttpTransport } from '../../src/main/ports.ts';

export type Reply = { answer: HttpAnswer } | { fault: HttpFault };

/** An answer with this status, and optionally headers and body. */
export const answer = (status: number, headers: Record<string, string> = {}, body = ''): Reply => ({
  answer: { status, headers, body, cut: false, latencyMs: 12 },
});

/** A fault; by default a connection refused in 3 ms. */
export const fault = (more: Partial<HttpFault> = {}): Reply => ({
  fault: { failure: 'refused', words: 'Nothing listens there.', sent: false, latencyMs: 3, ...more },
});

/** A time-out after the request had left. */
export const lostAnswer = (): Reply =>
  fault({
    failure: 'timeout',
    words: 'No answer in time. It may have arrived.',
    sent: true,
    latencyMs: 15_000,
  });

export interface SentRequest {
  url: string;
  id: string;
  body: string;
  request: HttpRequest;
}

/** A transport that remembers every request and answers from a script; `hold()` makes answers wait to be let go. */
export class FakeTransport implements HttpTransport {
  sent: SentRequest[] = [];
  /** Asked for each request; the default is 200. */
  reply: (request: SentRequest) => Reply = () => answer(200);
  /** Most requests open at the same time, overall. */
  mostOpen = 0;
  private open = 0;
  private holding = false;
  private held: { request: SentRequest; go: (reply: Reply) => void }[] = [];

  /** The next answers in turn, the last one for ever. */
  script(...replies: Reply[]): void {
    let index = 0;
    this.reply = () => replies[Math.min(index++, replies.length - 1)] ?? answer(200);
  }

  /** From now on requests hang until `release`. */
  hold(): void {
    this.holding = true;
  }

  /** Answers the first `count` hanging requests. */
  release(count = Infinity, keepHolding = false): void {
    this.holding = keepHolding;
    for (const { request, go } of this.held.splice(0, count)) go(this.reply(request));
  }

  send = async (request: HttpRequest): Promise<Reply> => {
    const sent = {
      url: request.url,
      id: request.headers['webhook-id'] ?? '',
      body: request.body ?? '',
      request,
    };
    this.sent.push(sent);
    this.open += 1;
    this.mostOpen = Math.max(this.mostOpen, this.open);
    try {
      if (!this.holding) return this.reply(sent);
      return await new Promise<Reply>((resolve) => {
        this.held.push({ request: sent, go: resolve });
        request.signal?.addEventListener('abort', () =>
          resolve(fault({ failure: 'aborted', words: 'Stopped by Hark.', sent: true })),
        );
      });
    } finally {
      this.open -= 1;
    }
  };

  close = async (): Promise<void> => undefined;
}
