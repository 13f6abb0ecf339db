import { expect, test } from 'vitest';
import { killStorm } from './kill-storm.ts';

/** How often the process is killed: HARK_KILLS=1000 npx vitest run -c vitest.faults.config.ts kill-storm */
const kills = Number(process.env['HARK_KILLS'] ?? 60);

test(
  `${kills} kills under load: nothing promised is lost, every repeat carries its first id`,
  async () => {
    const figures = await killStorm(kills);
    console.log('kill storm', figures);
    expect(figures.promised).toBeGreaterThan(kills);
    expect(figures).toMatchObject({
      lost: [],
      underTwoIds: [],
      underWrongId: [],
      damaged: 0,
      mostOpenPerTarget: 1,
    });
    // At most the one notice per target that was under way repeats; there are five targets.
    expect(figures.repeats).toBeLessThanOrEqual(5 * kills);
  },
  30_000 + kills * 2_000,
);
