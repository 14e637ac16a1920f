/** Whatever a file says, FFmpeg opens neither another file nor an address: input arguments for each of its inputs. */
export const pipesOnly: readonly string[] = ['-protocol_whitelist', 'pipe'];
