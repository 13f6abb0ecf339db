import { useAct, useAsk } from '../lib/client.tsx';
import { flash } from '../lib/flash.ts';
import { Button } from '../ui/button.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { FailurePanel, Loading } from '../ui/states.tsx';

/** Version, host, and where things are kept. */
export function About() {
  const info = useAsk('app.get_info', {});
  const openLog = useAct('app.open_log_folder');
  if (info.data === undefined) {
    if (info.error === null) return <Loading />;
    return (
      <div className="page">
        <FailurePanel error={info.error.error} busy={info.isFetching} onRetry={() => void info.refetch()} />
      </div>
    );
  }
  const { version, host, platform, vault, logFolder, dataFolder } = info.data;
  const open = async (): Promise<void> => {
    const result = await openLog.run({});
    if (!result.ok) flash(result.error.message, 'bad');
    else if (!result.data.opened) flash(`Open this folder by hand: ${result.data.folder}`);
  };
  return (
    <div className="page">
      <h1>About</h1>
      <dl className="facts">
        <dt>Hark</dt>
        <dd>{version}</dd>
        <dt>Runs as</dt>
        <dd>
          {host === 'electron' ? 'desktop app' : 'pages in your browser'} ({platform})
        </dd>
        <dt>Secrets</dt>
        <dd>{vault.words}</dd>
        <dt>Log folder</dt>
        <dd>
          <span className="row">
            <code className="grow">{logFolder}</code>
            <CopyButton text={() => logFolder} label="Copy log folder" />
          </span>
        </dd>
        <dt>Data folder</dt>
        <dd>
          <span className="row">
            <code className="grow">{dataFolder}</code>
            <CopyButton text={() => dataFolder} label="Copy data folder" />
          </span>
        </dd>
      </dl>
      <div>
        <Button busy={openLog.busy} onClick={() => void open()}>
          Open log folder
        </Button>
      </div>
      <p className="small muted">
        Logs hold no prompts, tokens or whole webhook addresses, so that you can hand them to someone who
        helps.
      </p>
    </div>
  );
}
