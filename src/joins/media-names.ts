import type { MediaRef } from '../core/recording.ts';
import { extension } from '../core/safe-path.ts';

/** Extensions under which recorders and phone systems leave audio; what the bytes are is found out when they are read. */
const audioExtensions = new Set(
  (
    '3g2 3gp aac adts afc aif aifc aiff al alaw alw amr asf au awb bwf caf d500 dcr dss ds2 dvf flac g711a g711u g719 g722 g723 g723sf g726 ' +
    'g726-16 g726-24 g726-32 g726-40 g729 gsm ilbc ivc la lbc lu m4a m4b mcf mov mp2 mp3 mp4 mpga msv mu nist nmf oga ogg opus p7 p7m pcm qcp qt raw ' +
    'rf64 siren14 siren7 sln sln8 sln12 sln16 sln24 sln32 sln44 sln48 sln96 sln192 slin snd sph spx trm ul ulaw ulw vap vce voc vox w64 wav wav49 ' +
    'wave webm wma wmv'
  ).split(' '),
);
/** Captures of calls off the wire; a piece of a VoIPmonitor member carries its number behind the extension. */
const captureName = /\.(pcap|pcapng|cap)(#\d+)?$/i;

/** Whether a file has the name of audio or of a capture. */
export function isAudioName(path: string): boolean {
  return mediumKind(path) !== null;
}

/** What a file's extension says it is: audio, a capture, or neither. */
export function mediumKind(path: string): Extract<MediaRef['kind'], 'audio' | 'pcap'> | null {
  if (captureName.test(path)) return 'pcap';
  return audioExtensions.has(extension(path).slice(1).toLowerCase()) ? 'audio' : null;
}
