/** Plays one recording. */
export interface Player {
  readonly audio: HTMLAudioElement;
  /**
   * Whether the channels of the recording can be separated. `file`: only after the user provides the file, because a page on a file system cannot access the
   * samples of the audio that it plays.
   */
  readonly apart: 'yes' | 'file';
  toggle(): Promise<void>;
  seek(seconds: number): void;
  setSpeed(speed: number): void;
  /** Sets the volume, 0 to 1. */
  setVolume(volume: number): void;
  /** Selects the audible channels. A single one is played on both sides. Requires that `apart` is `yes`. */
  hear(channels: readonly boolean[]): void;
  /** Continues the same audio from the bytes of a file that the user provided. */
  takeBytes(bytes: Blob): void;
  /** Returns the bytes that the user provided; null: none. */
  readonly given: () => Blob | null;
  close(): void;
}

/** Playback speeds. */
export const speeds = [0.5, 0.75, 1, 1.25, 1.5, 2, 2.5, 3] as const;

/** A chosen volume also applies to later calls until the page is closed. */
let volume = 1;

/** Returns the last chosen volume, 0 to 1. */
export function lastVolume(): number {
  return volume;
}

/**
 * Creates a player. It loads nothing before playback starts, because listening must be a deliberate act.
 * @param address address of the audio
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
      // Before loading, the element remembers its start position.
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
  // One gain per side and channel.
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

/** Returns the SHA-256 of bytes in lower-case hexadecimal. */
export async function sha256Of(bytes: Blob): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await bytes.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
