import type { Notice } from '../../shared/webhook-events.ts';
import type { Clock, HttpFault, HttpTransport, Logger } from '../ports.ts';
import { redactText } from '../log/redact.ts';
import { addressClass, type AddressClass } from './address.ts';
import { buildRequest } from './build.ts';
import { maskText, secretsOf } from './mask.ts';
import { receiverOf } from './receivers/index.ts';
import { cut } from './text.ts';
import type { BuildInput, ResolvedTarget, Verdict } from './types.ts';
import { judgeAddress } from './url-rules.ts';

/** What of an answer is kept, bytes. */
const KEPT_ANSWER = 2_048;

export interface SendLimits {
  connectTimeoutMs?: number;
  totalTimeoutMs?: number;
  maxAnswerBytes?: number;
}

export interface SendContext {
  deliveryId: string;
  folded?: BuildInput['folded'];
  plain: boolean;
  /** Class of the address the URL led to when it first answered; left out for a first time or a test by hand. */
  boundClass?: AddressClass;
  signal?: AbortSignal;
}

/** One request and what came of it. `words` and `answer` hold no secret of the target. Times in ms. */
export interface Tried {
  at: number;
  status: number | null;
  latencyMs: number;
  words: string;
  answer: string;
  /** The receiver's word, or the fault that kept it from us. */
  result: Verdict | { kind: 'fault'; fault: HttpFault };
  /** Where the name led, when the transport resolved it; null through a proxy. */
  leadsTo: AddressClass | null;
}

export interface Sender {
  /** Builds, sends and judges one request. Never throws. */
  send: (target: ResolvedTarget, notice: Notice, context: SendContext) => Promise<Tried>;
}

/** Joins builder, transport and judge for one request. */
export function createSender(deps: {
  transport: HttpTransport;
  clock: Clock;
  log: Logger;
  limits?: SendLimits;
}): Sender {
  const { transport, clock, log, limits = {} } = deps;

  return {
    send: async (target, notice, context) => {
      const at = clock.now();
      let leadsTo: AddressClass | null = null;
      const ended = (
        result: Tried['result'],
        words: string,
        more: { status?: number; latencyMs?: number; answer?: string } = {},
      ): Tried => {
        // An empty answer leaves nothing to quote, so the words are all our own.
        const echoes = more.answer !== '' || result.kind !== 'delivered';
        const secrets = echoes ? secretsOf(target) : [];
        const clean = (text: string) => (echoes ? redactText(maskText(text, secrets)) : text);
        return {
          at,
          status: more.status ?? null,
          latencyMs: more.latencyMs ?? 0,
          words: clean(words),
          answer: cut(clean(more.answer ?? ''), KEPT_ANSWER, 'utf8'),
          result,
          leadsTo,
        };
      };

      try {
        const receiver = receiverOf(target.settings.kind);
        const request = buildRequest(target, notice, {
          deliveryId: context.deliveryId,
          nowMs: at,
          folded: context.folded,
          plain: context.plain,
        });
        const typedHost = new URL(request.url).hostname;
        const outcome = await transport.send({
          ...request,
          ...limits,
          caPem: target.settings.caPem ?? undefined,
          signal: context.signal,
          allowAddress: (address) => {
            const verdict = judgeAddress(address, { typedHost, boundClass: context.boundClass });
            // A name may lead to several places; it counts as public only when all of them are.
            if (verdict.ok && (leadsTo === null || leadsTo === 'public')) leadsTo = addressClass(address);
            return verdict;
          },
        });
        if ('fault' in outcome) {
          const { fault } = outcome;
          const again = receiver.idempotent
            ? 'If it did, the receiver can tell the next try by its id.'
            : 'If it did, the next try repeats it there.';
          const words = fault.sent && fault.failure !== 'aborted' ? `${fault.words} ${again}` : fault.words;
          return ended({ kind: 'fault', fault }, words, { latencyMs: fault.latencyMs });
        }
        const { answer } = outcome;
        const verdict = receiver.judge(answer, clock.now());
        return ended(verdict, verdict.words, {
          status: answer.status,
          latencyMs: answer.latencyMs,
          answer: answer.body,
        });
      } catch (error) {
        // A builder or judge of ours is at fault; the same notice would fail the same way again.
        log.error('a request could not be built or its answer judged', { error, kind: target.settings.kind });
        const words =
          'The notice could not be put into a form for this service. Check the target’s address and options.';
        return ended({ kind: 'failed', words }, words);
      }
    },
  };
}
