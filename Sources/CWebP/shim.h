// libwebp 1.2 or later, as Debian's libwebp-dev installs it.
#include <webp/decode.h>

// What decode.h defines as inline functions of a version that is checked: named here, so that Swift sees them.
static inline int mask_webp_features(const unsigned char *data, size_t count, WebPBitstreamFeatures *features) {
    return WebPGetFeatures(data, count, features);
}

// Decodes to RGBA with straight alpha, scaled while it is read. `pixels` has room for width x height x 4 bytes. The answer is
// a VP8StatusCode; 0 is VP8_STATUS_OK.
static inline int mask_webp_decode(
    const unsigned char *data, size_t count, int width, int height, unsigned char *pixels) {
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config)) return VP8_STATUS_INVALID_PARAM; // another ABI than that of the header
    config.options.use_scaling = 1;
    config.options.scaled_width = width;
    config.options.scaled_height = height;
    config.output.colorspace = MODE_RGBA;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = pixels;
    config.output.u.RGBA.stride = width * 4;
    config.output.u.RGBA.size = (size_t)width * (size_t)height * 4;
    int status = WebPDecode(data, count, &config);
    WebPFreeDecBuffer(&config.output);
    return status;
}
