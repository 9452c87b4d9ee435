#include "cimages.h"

#include <stdlib.h>
#include <string.h>

#include <webp/decode.h>
#include <webp/demux.h>

struct cim_webp {
    WebPDemuxer *demuxer;
    WebPIterator frame;
    WebPChunkIterator chunk;
};

int cim_webp_open(
    struct cim_webp **result, const uint8_t *bytes, size_t count, struct cim_webp_header *header) {
    *result = NULL;
    struct cim_webp *webp = calloc(1, sizeof *webp);
    if (!webp) return CIM_MEMORY;
    WebPData data = {bytes, count};
    WebPDemuxState state;
    webp->demuxer = WebPDemuxPartial(&data, &state);
    WebPBitstreamFeatures features;
    int known = webp->demuxer ? WebPGetFeatures(bytes, count, &features) : VP8_STATUS_BITSTREAM_ERROR;
    if (state != WEBP_DEMUX_DONE || known != VP8_STATUS_OK || !WebPDemuxGetFrame(webp->demuxer, 1, &webp->frame)) {
        int is_cut = state == WEBP_DEMUX_PARSING_HEADER || state == WEBP_DEMUX_PARSED_HEADER;
        cim_webp_close(webp);
        return is_cut || known == VP8_STATUS_NOT_ENOUGH_DATA ? CIM_TRUNCATED : CIM_BROKEN;
    }
    header->width = WebPDemuxGetI(webp->demuxer, WEBP_FF_CANVAS_WIDTH);
    header->height = WebPDemuxGetI(webp->demuxer, WEBP_FF_CANVAS_HEIGHT);
    header->has_alpha = features.has_alpha;
    header->is_animated = features.has_animation;
    header->x = (uint32_t)webp->frame.x_offset;
    header->y = (uint32_t)webp->frame.y_offset;
    header->frame_width = (uint32_t)webp->frame.width;
    header->frame_height = (uint32_t)webp->frame.height;
    *result = webp;
    return CIM_OK;
}

int cim_webp_decode(
    struct cim_webp *webp, uint32_t width, uint32_t height, int channels, uint8_t *pixels, size_t stride) {
    WebPDecoderConfig config;
    if (!WebPInitDecoderConfig(&config)) return CIM_UNSUPPORTED;
    if (width != (uint32_t)webp->frame.width || height != (uint32_t)webp->frame.height) {
        config.options.use_scaling = 1;
        config.options.scaled_width = (int)width;
        config.options.scaled_height = (int)height;
    }
    config.output.colorspace = channels == 4 ? MODE_RGBA : MODE_RGB;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = pixels;
    config.output.u.RGBA.stride = (int)stride;
    config.output.u.RGBA.size = stride * (height - 1) + (size_t)width * (size_t)channels;
    VP8StatusCode status = WebPDecode(webp->frame.fragment.bytes, webp->frame.fragment.size, &config);
    WebPFreeDecBuffer(&config.output);
    switch (status) {
    case VP8_STATUS_OK: return CIM_OK;
    case VP8_STATUS_OUT_OF_MEMORY: return CIM_MEMORY;
    case VP8_STATUS_NOT_ENOUGH_DATA:
    case VP8_STATUS_SUSPENDED: return CIM_TRUNCATED;
    case VP8_STATUS_UNSUPPORTED_FEATURE: return CIM_UNSUPPORTED;
    default: return CIM_BROKEN;
    }
}

const uint8_t *cim_webp_chunk(struct cim_webp *webp, const char *type, size_t *count) {
    WebPDemuxReleaseChunkIterator(&webp->chunk);
    memset(&webp->chunk, 0, sizeof webp->chunk);
    *count = 0;
    if (!WebPDemuxGetChunk(webp->demuxer, type, 1, &webp->chunk)) return NULL;
    *count = webp->chunk.chunk.size;
    return webp->chunk.chunk.bytes;
}

void cim_webp_close(struct cim_webp *webp) {
    if (!webp) return;
    WebPDemuxReleaseChunkIterator(&webp->chunk);
    WebPDemuxReleaseIterator(&webp->frame);
    WebPDemuxDelete(webp->demuxer);
    free(webp);
}
