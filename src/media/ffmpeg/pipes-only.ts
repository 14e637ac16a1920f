/** Input arguments that keep FFmpeg from opening another file or an address named in its input. */
export const pipesOnly: readonly string[] = ['-protocol_whitelist', 'pipe'];
