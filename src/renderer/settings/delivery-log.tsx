import { useInfiniteQuery } from '@tanstack/react-query';
import type { InfiniteData } from '@tanstack/react-query';
import { useState } from 'react';
import type { User } from '../../shared/domain.ts';
import type { RouteInput } from '../../shared/ipc/routes.ts';
import { CHAT_EVENTS } from '../../shared/webhook-events.ts';
import type { EventName } from '../../shared/webhook-events.ts';
import { DELIVERY_STATES } from '../../shared/webhooks.ts';
import type { Delivery, DeliveryState } from '../../shared/webhooks.ts';
import { ask, useAct, useAsk, useBridge } from '../lib/client.tsx';
import type { RequestError } from '../lib/client.tsx';
import { copyText } from '../lib/clipboard.ts';
import { flash } from '../lib/flash.ts';
import { EVENT_LABELS, STATE_LABELS } from '../lib/labels.ts';
import { Button } from '../ui/button.tsx';
import { DeliveryRow } from '../ui/deliveries.tsx';
import { SelectField } from '../ui/field.tsx';
import { FailurePanel, Loading } from '../ui/states.tsx';

interface Filter {
  state: DeliveryState | '';
  targetId: string;
  event: EventName | '';
}

function useDeliveries(filter: Filter) {
  const bridge = useBridge();
  const input: RouteInput<'delivery.list'> = {
    scope: 'user',
    ...(filter.state === '' ? {} : { states: [filter.state] }),
    ...(filter.targetId === '' ? {} : { targetId: filter.targetId }),
    ...(filter.event === '' ? {} : { event: filter.event }),
  };
  type Page = { items: Delivery[]; more: boolean };
  return useInfiniteQuery<Page, RequestError, InfiniteData<Page>, unknown[], number | undefined>({
    queryKey: ['delivery.list', 'pages', input],
    queryFn: ({ pageParam }) => ask(bridge, 'delivery.list', { ...input, before: pageParam }),
    initialPageParam: undefined,
    getNextPageParam: (last) => (last.more ? last.items.at(-1)?.createdAt : undefined),
  });
}

/** "Why was I not told?" in plain words. */
function Explain() {
  const explain = useAct('delivery.explain_last');
  const [words, setWords] = useState<string | null>(null);
  const go = async (): Promise<void> => {
    const result = await explain.run({});
    setWords(result.ok ? result.data.words : result.error.message);
  };
  return (
    <div className="stack">
      <div>
        <Button busy={explain.busy} onClick={() => void go()}>
          Why was I not told?
        </Button>
      </div>
      {words !== null && (
        <p className="card" role="status" aria-label="About the last answer">
          {words}
        </p>
      )}
    </div>
  );
}

/** Saves text as a file of the user's choosing. */
function saveFile(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** Everything sent, and everything not sent with the reason. */
export function DeliveryLog({ user }: { user: User }) {
  const bridge = useBridge();
  const [filter, setFilter] = useState<Filter>({ state: '', targetId: '', event: '' });
  const targets = useAsk('target.list', {}).data ?? [];
  const list = useDeliveries(filter);
  const exporting = useAct('delivery.export');
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const filtered = filter.state !== '' || filter.targetId !== '' || filter.event !== '';
  const events: EventName[] = user.role === 'admin' ? [...CHAT_EVENTS, 'new_user'] : [...CHAT_EVENTS];

  const exportJson = async (): Promise<void> => {
    const result = await exporting.run({ scope: 'user' });
    if (result.ok) saveFile('hark-deliveries.json', result.data.json);
    else flash(result.error.message, 'bad');
  };
  const copyCurl = async (id: string): Promise<void> => {
    const result = await bridge.request('delivery.curl', { id });
    if (!result.ok) return flash(result.error.message, 'bad');
    if (await copyText(result.data.command)) flash('Copied. The address in it is masked: fill it in.');
  };

  return (
    <div className="page">
      <div className="row wrap">
        <h1 className="grow">Delivery log</h1>
        <Button small busy={exporting.busy} onClick={() => void exportJson()}>
          Export JSON
        </Button>
      </div>
      <Explain />
      <div className="fields filters">
        <SelectField
          label="State"
          options={[['', 'All'] as const, ...DELIVERY_STATES.map((s) => [s, STATE_LABELS[s]] as const)]}
          value={filter.state}
          onValue={(state) => setFilter({ ...filter, state })}
        />
        <SelectField
          label="Target"
          options={[['', 'All'] as const, ...targets.map((t) => [t.id, t.name || t.urlMasked] as const)]}
          value={filter.targetId}
          onValue={(targetId) => setFilter({ ...filter, targetId })}
        />
        <SelectField
          label="Event"
          options={[['', 'All'] as const, ...events.map((e) => [e, EVENT_LABELS[e]] as const)]}
          value={filter.event}
          onValue={(event) => setFilter({ ...filter, event })}
        />
      </div>
      {list.isPending && <Loading />}
      {list.error !== null && (
        <FailurePanel error={list.error.error} busy={list.isFetching} onRetry={() => void list.refetch()} />
      )}
      {list.isSuccess && rows.length === 0 && (
        <p className="muted" role="status">
          {filtered
            ? 'No delivery is like that. Choose “All” to see the others.'
            : 'Nothing was sent or held back yet.'}
        </p>
      )}
      {rows.length > 0 && (
        <ul className="list" aria-label="Deliveries">
          {rows.map((delivery) => (
            <DeliveryRow
              key={delivery.id}
              delivery={delivery}
              onRedeliver={(id) => bridge.request('delivery.redeliver', { id })}
              onCurl={copyCurl}
            />
          ))}
        </ul>
      )}
      {list.hasNextPage && (
        <div>
          <Button busy={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
            Show more
          </Button>
        </div>
      )}
    </div>
  );
}
