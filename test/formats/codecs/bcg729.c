/*
 * Codes G.729 with libbcg729. Frames are records: one byte of length (0, 2, 10, or 255 for a lost frame), then the frame.
 *   bcg729 decode < records > samples      bcg729 encode|encode-vad < samples > records
 */
#include <bcg729/decoder.h>
#include <bcg729/encoder.h>
#include <stdio.h>
#include <string.h>

int main(int count, char **words) {
  unsigned char frame[10];
  short samples[80];
  if (count < 2) return 2;
  if (strcmp(words[1], "decode") == 0) {
    bcg729DecoderChannelContextStruct *decoder = initBcg729DecoderChannel();
    for (int length; (length = getchar()) != EOF;) {
      int lost = length == 255;
      if (lost) length = 0;
      if (length > 10 || fread(frame, 1, length, stdin) != (size_t)length) return 1;
      bcg729Decoder(decoder, frame, length, lost, length == 2 || (length == 0 && !lost), 0, samples);
      fwrite(samples, 2, 80, stdout);
    }
  } else {
    bcg729EncoderChannelContextStruct *encoder = initBcg729EncoderChannel(strcmp(words[1], "encode-vad") == 0);
    unsigned char length;
    while (fread(samples, 2, 80, stdin) == 80) {
      bcg729Encoder(encoder, samples, frame, &length);
      putchar(length);
      fwrite(frame, 1, length, stdout);
    }
  }
  return 0;
}
