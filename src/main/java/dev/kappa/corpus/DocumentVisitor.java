package dev.kappa.corpus;

/** Takes the documents of a file one by one; each method returns false once it wants no more. */
interface DocumentVisitor {
    boolean text(String document);

    boolean tokens(int[] document, long line);
}
