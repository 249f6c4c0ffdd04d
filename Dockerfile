# One file for all images: docker build --build-arg SERVICE=user-srv|feed-srv|web-srv|one-box .
# Each line that makes a file gives it the time 0, so that the same sources make the same image.
ARG SERVICE=one-box

# A still out of an MP4 or a WebM, and nothing else: what could read a playlist or the network is not in it.
FROM debian:trixie-slim AS ffmpeg
WORKDIR /build
RUN sed -i 's/^Types: deb$/Types: deb deb-src/' /etc/apt/sources.list.d/debian.sources && apt-get -qq update \
    && apt-get -qq install -y --no-install-recommends dpkg-dev gcc libc6-dev make meson nasm pkg-config >/dev/null \
    && apt-get -qq source --download-only dav1d ffmpeg >/dev/null
# Debian has no static dav1d, and ffmpeg's own decoder of AV1 needs a graphics card.
RUN dpkg-source --no-check -x dav1d_*.dsc dav1d >/dev/null \
    && meson setup dav1d/out dav1d --buildtype=release --default-library=static --prefix=/build/static --libdir=lib \
       -Denable_tools=false -Denable_tests=false >/dev/null \
    && ninja -C dav1d/out install >/dev/null
# A few bytes can claim gigabytes of picture. No prlimit is in the image: the program limits itself before it begins.
RUN printf '%s\n' '#include <sys/resource.h>' \
      '#define LIMIT(what, bytes) setrlimit(what, &(struct rlimit){bytes, bytes})' \
      '__attribute__((constructor)) static void fence(void) {' \
      'LIMIT(RLIMIT_AS, 1536l << 20); LIMIT(RLIMIT_FSIZE, 64l << 20); LIMIT(RLIMIT_CORE, 0l); }' >fence.c \
    && gcc -O2 -c fence.c
RUN dpkg-source --no-check -x ffmpeg_*.dsc ffmpeg >/dev/null && cd ffmpeg \
    && PKG_CONFIG_PATH=/build/static/lib/pkgconfig ./configure --disable-everything --disable-network \
       --disable-autodetect --disable-doc --disable-debug --disable-ffplay --disable-ffprobe --disable-avdevice \
       --disable-swresample --enable-small --enable-libdav1d --pkg-config-flags=--static --extra-ldflags=-static \
       --extra-libs=/build/fence.o --enable-protocol=file,pipe --enable-demuxer=mov,matroska \
       --enable-decoder=h264,hevc,vp8,vp9,libdav1d,mpeg4,mjpeg \
       --enable-parser=h264,hevc,vp8,vp9,av1,mpeg4video,mjpeg --enable-bsf=av1_frame_split,vp9_superframe_split \
       --enable-encoder=mjpeg,rawvideo --enable-muxer=mjpeg,rawvideo \
       --enable-filter=scale,fps,select,format,setsar,transpose,hflip,vflip,rotate,null,copy --enable-swscale >/dev/null \
    && make -j"$(nproc)" ffmpeg >/dev/null \
    && install -D --strip ffmpeg /out/usr/bin/ffmpeg \
    && find /out -exec touch -h -d @0 {} +

FROM oven/bun:1.4.5-slim AS build
WORKDIR /src
COPY package.json bun.lock bunfig.toml ./
COPY user-srv/package.json user-srv/
COPY feed-srv/package.json feed-srv/
COPY web-srv/package.json web-srv/
RUN bun install --frozen-lockfile --production
COPY . .
ARG SERVICE
RUN bun dev/build.ts --out /built "$SERVICE" && install -D "/built/$SERVICE" /out/usr/bin/douyin \
    && mkdir -p /media && find /out /media -exec touch -h -d @0 {} +

FROM gcr.io/distroless/base-nossl-debian13:nonroot AS user-srv
LABEL org.opencontainers.image.licenses=MIT
FROM user-srv AS feed-srv

FROM user-srv AS web-srv
COPY --from=ffmpeg /out /
LABEL org.opencontainers.image.licenses="MIT AND LGPL-2.1-or-later AND BSD-2-Clause"
ENV MEDIA_DIR=/media
# A new volume gets the owner of the folder that it covers.
COPY --from=build --chown=65532:65532 /media /media
VOLUME /media
EXPOSE 8080
FROM web-srv AS one-box

# hadolint ignore=DL3006  # one of the four above
FROM ${SERVICE}
ARG SERVICE
COPY --from=build /out /
ENV NODE_ENV=production
USER 65532:65532
WORKDIR /
LABEL org.opencontainers.image.title="douyin $SERVICE" \
      org.opencontainers.image.description="A short-video backend that one person can run"
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --start-interval=250ms \
    CMD ["/usr/bin/douyin", "healthcheck"]
ENTRYPOINT ["/usr/bin/douyin"]
