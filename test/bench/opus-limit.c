/* Measures libopus alone: encodes files of raw 16-bit samples with the settings of an access copy and discards the packets.
 * Standard input: lines "RATE CHANNELS PATH". Built by the benchmark with `cc -O2 opus-limit.c -lopus`. */
#include <opus/opus.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
  int rate, channels;
  char path[4096];
  unsigned char packet[1276];
  while (scanf("%d %d %4095s", &rate, &channels, path) == 3) {
    int error, frame = rate / 50;
    OpusEncoder *encoder = opus_encoder_create(rate, channels, OPUS_APPLICATION_AUDIO, &error);
    if (error != OPUS_OK) return 1;
    opus_encoder_ctl(encoder, OPUS_SET_BITRATE(32000 * channels));
    opus_encoder_ctl(encoder, OPUS_SET_COMPLEXITY(4));
    opus_encoder_ctl(encoder, OPUS_SET_VBR_CONSTRAINT(0));
    opus_int16 *samples = malloc((size_t)frame * channels * 2);
    FILE *file = fopen(path, "rb");
    if (file == NULL || samples == NULL) return 1;
    while (fread(samples, 2 * (size_t)channels, (size_t)frame, file) == (size_t)frame)
      if (opus_encode(encoder, samples, frame, packet, sizeof packet) < 0) return 1;
    fclose(file);
    free(samples);
    opus_encoder_destroy(encoder);
  }
  return 0;
}
