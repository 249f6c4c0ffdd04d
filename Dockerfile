# One file for all images: docker build --build-arg SERVICE=user-srv|feed-srv|web-srv|one-box .
# Each line that makes a file gives it the time 0, so that the same sources make the same image.
ARG SERVICE=one-box

# Reads, converts and writes videos, and nothing else: what could read a playlist or the network is not in it.
FROM debian:trixie-slim AS ffmpeg
WORKDIR /build
RUN sed -i 's/^Types: deb$/Types: deb deb-src/' /etc/apt/sources.list.d/debian.sources && apt-get -qq update \
    && apt-get -qq install -y --no-install-recommends dpkg-dev gcc libc6-dev libstdc++-14-dev libx264-dev libzimg-dev \
       make meson nasm pkg-config zlib1g-dev >/dev/null \
    && apt-get -qq source --download-only dav1d ffmpeg >/dev/null
# Debian has no static dav1d, and ffmpeg's own decoder of AV1 needs a graphics card.
RUN dpkg-source --no-check -x dav1d_*.dsc dav1d >/dev/null \
    && meson setup dav1d/out dav1d --buildtype=release --default-library=static --prefix=/build/static --libdir=lib \
       -Denable_tools=false -Denable_tests=false >/dev/null \
    && ninja -C dav1d/out install >/dev/null
# By default eight frames wait between two threads, which takes 120 MB more of 4K with 10 bits.
RUN dpkg-source --no-check -x ffmpeg_*.dsc ffmpeg >/dev/null && cd ffmpeg \
    && sed -i 's/^\(#define DEFAULT_FRAME_THREAD_QUEUE_SIZE\) 8$/\1 1/' fftools/ffmpeg_sched.h \
    && PKG_CONFIG_PATH=/build/static/lib/pkgconfig ./configure --disable-everything --disable-network \
       --disable-autodetect --disable-doc --disable-debug --disable-ffplay --disable-avdevice \
       --enable-gpl --enable-libdav1d --enable-libx264 --enable-libzimg --enable-zlib \
       --pkg-config-flags=--static --extra-libs=-lm --extra-cflags='-ffunction-sections -fdata-sections' \
       --extra-ldflags='-static -Wl,--gc-sections' --enable-protocol=file,pipe --enable-demuxer=mov,matroska \
       --enable-decoder=h264,hevc,vp8,vp9,libdav1d,mpeg4,h263,mjpeg,prores \
       --enable-decoder=aac,mp3,opus,vorbis,flac,alac,ac3,eac3,amrnb,amrwb,pcm_u8,pcm_s8,pcm_mulaw,pcm_alaw \
       --enable-decoder=pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_f32be \
       --enable-parser=h264,hevc,vp8,vp9,av1,mpeg4video,h263,mjpeg,aac,mpegaudio,opus,vorbis,flac,ac3 \
       --enable-bsf=av1_frame_split,vp9_superframe,vp9_superframe_split,aac_adtstoasc,extract_extradata,h264_metadata,filter_units \
       --enable-encoder=libx264,aac,mjpeg,rawvideo,wrapped_avframe,pcm_s16le \
       --enable-muxer=mp4,webm,mjpeg,rawvideo,null \
       --enable-filter=scale,zscale,tonemap,fps,select,thumbnail,split,format,setsar,setpts,trim,crop,pad \
       --enable-filter=transpose,hflip,vflip,rotate,null,copy,aresample,aformat,pan,atrim,asetpts,anull >/dev/null \
    && make -j"$(nproc)" ffmpeg >/dev/null
COPY containers/ffmpeg-main.c .
RUN cd ffmpeg && make fftools/ffprobe.o >/dev/null \
    && ld -r -o ../ffprobe.o fftools/ffprobe.o fftools/cmdutils.o fftools/opt_common.o \
    && objcopy --redefine-sym main=ffprobe_main --keep-global-symbol=ffprobe_main ../ffprobe.o \
    && objcopy --redefine-sym main=ffmpeg_main fftools/ffmpeg.o && gcc -Os -c -o ../main.o ../ffmpeg-main.c \
    && make ffmpeg LDFLAGS-ffmpeg='../main.o ../ffprobe.o' >/dev/null \
    && install -D --strip ffmpeg /out/usr/bin/ffmpeg && ln -s ffmpeg /out/usr/bin/ffprobe
# x264 makes the program GPL. Its readers get the licence, and where its source is.
RUN install -d /out/usr/share/doc/ffmpeg && { \
      printf '%s\n' 'ffmpeg and ffprobe are one program under the GNU General Public License, version 2 or later,' \
        'built by the Dockerfile of douyin from these source packages of Debian:' '' \
      && sed -n 's/^Source: //p; s/^Version: //p' dav1d_*.dsc ffmpeg_*.dsc | paste -d ' ' - - \
      && dpkg-query -W -f '${source:Package} ${source:Version}\n' \
           libc6-dev libgcc-14-dev libx264-dev libzimg-dev zlib1g-dev \
      && echo && cat ffmpeg/COPYING.GPLv2; } >/out/usr/share/doc/ffmpeg/copyright \
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
LABEL org.opencontainers.image.licenses="MIT AND GPL-2.0-or-later AND LGPL-2.1-or-later AND BSD-2-Clause AND WTFPL AND Zlib"
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
