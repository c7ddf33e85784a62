// sharp, set up for files of strangers. It takes 30 MB, so it is imported with the first picture and not at the start.
import sharp from "sharp";

// Of the many formats that libvips reads, these two are let in; no other decoder ever sees a stranger's bytes.
sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({ operation: ["VipsForeignLoadPngBuffer", "VipsForeignLoadJpegBuffer"] });
sharp.concurrency(1);
sharp.cache(false);

export { sharp };
