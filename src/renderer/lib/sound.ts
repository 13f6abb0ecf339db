/** Notes of each chime, Hz; two short tones, rising for ready, falling for failed. */
const CHIMES = { ready: [659.25, 880], failed: [440, 329.63] } as const;
const NOTE_SECONDS = 0.16;

/** Plays a chime made on the spot: no file to load. A browser that forbids sound stays silent. */
export async function playChime(name: keyof typeof CHIMES): Promise<void> {
  const audio = new AudioContext();
  try {
    await audio.resume();
    const volume = audio.createGain();
    volume.connect(audio.destination);
    CHIMES[name].forEach((frequency, index) => {
      const start = audio.currentTime + index * NOTE_SECONDS;
      const tone = audio.createOscillator();
      const shape = audio.createGain();
      tone.type = 'sine';
      tone.frequency.value = frequency;
      shape.gain.setValueAtTime(0, start);
      shape.gain.linearRampToValueAtTime(0.18, start + 0.02);
      shape.gain.exponentialRampToValueAtTime(0.001, start + NOTE_SECONDS * 2);
      tone.connect(shape).connect(volume);
      tone.start(start);
      tone.stop(start + NOTE_SECONDS * 2);
    });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  } catch (error) {
    console.warn('Hark: the sound could not be played.', error);
  } finally {
    await audio.close();
  }
}
