/** Plays one sound. */
export interface Player {
  readonly audio: HTMLAudioElement;
  /** Why its channels cannot be taken apart yet: `file`: a page on a file system is not given the samples of a sound that it plays. */
  readonly apart: 'yes' | 'file';
  toggle(): Promise<void>;
  seek(seconds: number): void;
  setSpeed(speed: number): void;
  /** 0 to 1. */
  setVolume(volume: number): void;
  /** Which channels are heard. One alone is heard on both ears. Only where `apart` is `yes`. */
  hear(channels: readonly boolean[]): void;
  /** Goes on with the same sound from bytes that the user gave. */
  takeBytes(bytes: Blob): void;
  /** Those bytes; null: none were given. */
  readonly given: () => Blob | null;
  close(): void;
}

/** Slowest and fastest, and what lies between. */
export const speeds = [0.5, 0.75, 1, 1.25, 1.5, 2, 2.5, 3] as const;

/** Chosen for one call, it holds for the next ones of the visit. */
let volume = 1;

/** The volume that was chosen last, 0 to 1. */
export function lastVolume(): number {
  return volume;
}

/**
 * A player. Nothing is fetched before it is played: to listen is an act of its own.
 * @param address of the sound
 */
export function createPlayer(address: string, channels: number): Player {
  const audio = new Audio();
  audio.preload = 'none';
  audio.preservesPitch = true;
  audio.src = address;
  audio.volume = volume;
  let apart: Player['apart'] = location.protocol === 'file:' ? 'file' : 'yes';
  let graph: { readonly context: AudioContext; hear(heard: readonly boolean[]): void } | null = null;
  let blob: string | null = null;
  let given: Blob | null = null;
  let speed = 1;
  const keepSpeed = (): void => {
    audio.defaultPlaybackRate = speed;
    audio.playbackRate = speed;
  };
  return {
    audio,
    get apart() {
      return apart;
    },
    toggle: async () => {
      await graph?.context.resume();
      if (audio.paused) await audio.play();
      else audio.pause();
    },
    seek: (seconds) => {
      // Before anything is loaded an element remembers where it is to begin.
      audio.currentTime = Math.max(0, Number.isFinite(audio.duration) ? Math.min(seconds, audio.duration) : seconds);
    },
    setSpeed: (asked) => {
      speed = asked;
      keepSpeed();
    },
    setVolume: (asked) => {
      volume = Math.max(0, Math.min(1, asked));
      audio.volume = volume;
    },
    given: () => given,
    hear: (heard) => {
      if (apart !== 'yes') return;
      if (graph === null && heard.every(Boolean)) return;
      graph ??= takeApart(audio, channels);
      graph.hear(heard);
      void graph.context.resume();
    },
    takeBytes: (bytes) => {
      const { currentTime, paused } = audio;
      if (blob !== null) URL.revokeObjectURL(blob);
      blob = URL.createObjectURL(bytes);
      given = bytes;
      audio.src = blob;
      apart = 'yes';
      keepSpeed();
      audio.currentTime = currentTime;
      if (!paused) void audio.play();
    },
    close: () => {
      audio.pause();
      audio.removeAttribute('src');
      audio.load();
      if (blob !== null) URL.revokeObjectURL(blob);
      void graph?.context.close();
    },
  };
}

function takeApart(audio: HTMLAudioElement, channels: number): { readonly context: AudioContext; hear(heard: readonly boolean[]): void } {
  const context = new AudioContext();
  const split = context.createChannelSplitter(channels);
  const merge = context.createChannelMerger(2);
  context.createMediaElementSource(audio).connect(split);
  merge.connect(context.destination);
  // To each ear a gain from each channel.
  const gains = Array.from({ length: channels }, (_, channel) =>
    [0, 1].map((ear) => {
      const gain = context.createGain();
      split.connect(gain, channel);
      gain.connect(merge, 0, ear);
      return gain;
    }),
  );
  return {
    context,
    hear: (heard) => {
      const alone = heard.filter(Boolean).length === 1 || channels === 1;
      for (const [channel, ears] of gains.entries())
        for (const [ear, gain] of ears.entries()) gain.gain.value = heard[channel] === true && (alone || channel % 2 === ear) ? 1 : 0;
    },
  };
}

/** SHA-256 of bytes in lower-case hexadecimal. */
export async function sha256Of(bytes: Blob): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await bytes.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
