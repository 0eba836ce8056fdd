// libpng 1.6, as Debian's libpng-dev installs it.
#include <stdlib.h>
#include <string.h>
#include <png.h>

// Reading goes through the simplified API (png_image_*), which Swift can call as it is. Writing row by row has no such API, and
// libpng ends a failure with longjmp, which must not pass through Swift: it stays within mask_png_write.

struct mask_png_bytes {
    unsigned char *bytes; // to be freed by the caller, whatever the outcome
    size_t count;
    size_t capacity;
};

// A palette of 1, 2, 4 or 8 bits a pixel, of which each row is given one byte a pixel; or palette_count 0, 8 bits a channel, of
// which each row is given 3 (RGB) or 4 (RGBA) bytes a pixel.
struct mask_png_head {
    unsigned width, height;
    int bit_depth;
    int has_alpha; // without a palette: RGBA rather than RGB
    const unsigned char *palette; // red, green, blue, alpha of each entry
    int palette_count;
    int level; // of zlib: 1 is fast, 9 is small
};

// Fills row `y`. Called between libpng's functions, never by one of them.
typedef void (*mask_png_row)(void *context, unsigned y, unsigned char *row);

static inline void mask_png_fail(png_structp png, png_const_charp message) {
    (void)message; // it says nothing that a reader of the log could act on
    png_longjmp(png, 1);
}

static inline void mask_png_ignore(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

static inline void mask_png_append(png_structp png, png_bytep data, size_t count) {
    struct mask_png_bytes *output = (struct mask_png_bytes *)png_get_io_ptr(png);
    if (output->capacity - output->count < count) {
        size_t capacity = 2 * output->capacity + count + 4096;
        unsigned char *bytes = (unsigned char *)realloc(output->bytes, capacity);
        if (bytes == NULL) png_error(png, "out of memory");
        output->bytes = bytes;
        output->capacity = capacity;
    }
    memcpy(output->bytes + output->count, data, count);
    output->count += count;
}

static inline void mask_png_flush(png_structp png) { (void)png; }

static inline void mask_png_write_head(png_structp png, png_infop info, const struct mask_png_head *head) {
    int type = head->palette_count > 0 ? PNG_COLOR_TYPE_PALETTE : head->has_alpha ? PNG_COLOR_TYPE_RGBA : PNG_COLOR_TYPE_RGB;
    png_set_compression_level(png, head->level);
    if (head->palette_count == 0) png_set_filter(png, 0, PNG_FAST_FILTERS);
    png_set_IHDR(png, info, head->width, head->height, head->bit_depth, type, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    if (head->palette_count > 0) {
        png_color colors[256];
        png_byte alphas[256];
        int seen = 0; // entries up to the last that is not opaque: tRNS may leave the rest out
        for (int i = 0; i < head->palette_count && i < 256; i++) {
            const unsigned char *entry = head->palette + 4 * i;
            colors[i].red = entry[0];
            colors[i].green = entry[1];
            colors[i].blue = entry[2];
            alphas[i] = entry[3];
            if (entry[3] != 255) seen = i + 1;
        }
        png_set_PLTE(png, info, colors, head->palette_count);
        if (seen > 0) png_set_tRNS(png, info, alphas, seen, NULL);
    }
    png_write_info(png, info);
    if (head->bit_depth < 8) png_set_packing(png);
}

// Writes a PNG. `row` has room for one row; `output` is zeroed by the caller. Answers 0 where libpng has refused.
static inline int mask_png_write(
    const struct mask_png_head *head, unsigned char *row, mask_png_row fill, void *context, struct mask_png_bytes *output) {
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, mask_png_fail, mask_png_ignore);
    if (png == NULL) return 0;
    png_infop info = png_create_info_struct(png);
    if (info == NULL || setjmp(png_jmpbuf(png))) {
        png_destroy_write_struct(&png, &info);
        return 0;
    }
    png_set_write_fn(png, output, mask_png_append, mask_png_flush);
    mask_png_write_head(png, info, head);
    for (unsigned y = 0; y < head->height; y++) {
        fill(context, y, row);
        png_write_row(png, row);
    }
    png_write_end(png, NULL);
    png_destroy_write_struct(&png, &info);
    return 1;
}
