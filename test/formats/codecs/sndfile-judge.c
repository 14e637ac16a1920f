/* Codes and decodes with libsndfile: sndfile-judge encode SUBTYPE FILE (samples of 16 bits, 8000 Hz mono, on standard input), or
   sndfile-judge decode FILE (samples on standard output). SUBTYPE is a number of sndfile.h in hexadecimal, such as 22 for NMS 16 kbit/s. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sndfile.h>

int main(int argc, char *argv[]) {
  short samples[1600];
  SF_INFO info;
  memset(&info, 0, sizeof info);
  if (argc == 4 && strcmp(argv[1], "encode") == 0) {
    info.samplerate = 8000;
    info.channels = 1;
    info.format = SF_FORMAT_WAV | (int)strtol(argv[2], NULL, 16);
    SNDFILE *file = sf_open(argv[3], SFM_WRITE, &info);
    if (file == NULL) return 1;
    for (size_t n; (n = fread(samples, 2, 1600, stdin)) > 0;) sf_write_short(file, samples, (sf_count_t)n);
    return sf_close(file);
  }
  if (argc != 3 || strcmp(argv[1], "decode") != 0) return 2;
  SNDFILE *file = sf_open(argv[2], SFM_READ, &info);
  if (file == NULL) return 1;
  for (sf_count_t n; (n = sf_read_short(file, samples, 1600)) > 0;) fwrite(samples, 2, (size_t)n, stdout);
  return sf_close(file);
}
