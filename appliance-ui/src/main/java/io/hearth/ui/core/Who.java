package io.hearth.ui.core;

/** Tells who makes the present request, in REST resources and in views. */
public interface Who {
    /**
     * The actor of the present request.
     *
     * @throws Problem of kind UNAUTHENTICATED if nobody is signed in
     */
    Actor actor();
}
