<?php
/**
 * Runs the plugin in a pretend WordPress, one request after another, and prints as JSON what each
 * way of changing a review made WooCommerce send. The order of hooks is that of WordPress and
 * WooCommerce; webhooks are queued once per request and review, and built after the request.
 */
define( 'ABSPATH', '/' );
define( 'DAY_IN_SECONDS', 86400 );
$hooks = array(); $meta = array(); $comments = array(); $kept = array();
$queue = array(); $seen = array(); $announced = array(); $searches = 0;

function add_action( $n, $f, $p = 10, $a = 1 ) { global $hooks; $hooks[ $n ][ $p ][] = array( $f, $a ); ksort( $hooks[ $n ] ); }
function add_filter( $n, $f, $p = 10, $a = 1 ) { add_action( $n, $f, $p, $a ); }
function apply_filters( $n, $v, ...$args ) {
	global $hooks;
	foreach ( $hooks[ $n ] ?? array() as $some ) { foreach ( $some as $h ) { $v = $h[0]( ...array_slice( array_merge( array( $v ), $args ), 0, $h[1] ) ); } }
	return $v;
}
function do_action( $n, ...$args ) {
	global $hooks, $announced;
	if ( 0 === strpos( $n, 'makegood_' ) ) { $announced[] = array( $n, $args ); }
	foreach ( $hooks[ $n ] ?? array() as $some ) { foreach ( $some as $h ) { $h[0]( ...array_slice( $args, 0, $h[1] ) ); } }
}
function get_comment( $id ) { global $comments; return isset( $comments[ (int) $id ] ) ? clone $comments[ (int) $id ] : null; }
function get_comment_meta( $id, $k, $s ) { global $meta; return $meta[ (int) $id ][ $k ] ?? ''; }
function update_comment_meta( $id, $k, $v ) {
	global $meta;
	if ( (string) ( $meta[ $id ][ $k ] ?? '' ) === (string) $v && isset( $meta[ $id ][ $k ] ) ) { return; }
	$hook = isset( $meta[ $id ][ $k ] ) ? 'updated_comment_meta' : 'added_comment_meta';
	$meta[ $id ][ $k ] = (string) $v;
	do_action( $hook, 1, $id, $k, $v );
}
function set_transient( $k, $v, $t ) { global $kept; $kept[ $k ] = $v; }
function get_transient( $k ) { global $kept; return $kept[ $k ] ?? false; }
function wp_json_encode( $v ) { return json_encode( $v ); }
function get_post_type( $id ) { return 10 === (int) $id ? 'product' : 'post'; }
function get_the_title( $id ) { return 'Teapot &amp; cup'; }
function wp_get_comment_status( $c ) {
	$words = array( '1' => 'approved', '0' => 'unapproved', 'spam' => 'spam', 'trash' => 'trash' );
	return $words[ $c->comment_approved ] ?? false;
}
function __( $t, $d ) { return $t; }
function wc_get_order_statuses() { return array_fill_keys( array( 'wc-pending', 'wc-processing', 'wc-completed', 'wc-cancelled', 'wc-shipped' ), '' ); }
class Order { private $id, $meta, $product; function __construct( $id, $product, $meta = '' ) { $this->id = $id; $this->product = $product; $this->meta = $meta; } function get_meta( $k ) { return $this->meta; } function get_id() { return $this->id; } function get_items() { return array( $this ); } function get_product_id() { return $this->product; } }
function wc_get_orders( $q ) {
	global $searches; ++$searches;
	if ( array( 'wc-processing', 'wc-completed', 'wc-shipped' ) !== $q['status'] ) { return array(); }
	return in_array( $q['customer'], array( 2, 'guest@example.test' ), true ) ? array( new Order( 15, 10, 'MG-1' ), new Order( 14, 99 ), new Order( 13, 10 ), new Order( 12, 10 ) ) : array();
}
class Response { public $data = array( 'id' => 1 ); function get_data() { return $this->data; } function set_data( $d ) { $this->data = $d; } }

// What WordPress does around a comment.
function row( $id, $other = array() ) {
	global $comments;
	$comments[ $id ] = (object) array_merge( array( 'comment_ID' => (string) $id, 'comment_post_ID' => '10', 'comment_parent' => '0', 'comment_type' => 'review', 'comment_content' => 'Pecah', 'comment_author' => 'Sari', 'comment_author_email' => 's@example.test', 'comment_date_gmt' => '2026-11-24 08:10:00', 'user_id' => '2', 'comment_approved' => '1' ), $other );
}
function insert( $id, $other = array() ) {
	row( $id, $other );
	do_action( 'wp_insert_comment', $id, get_comment( $id ) );
}
function transition( $id, $old ) {
	$names = array( '1' => 'approved', '0' => 'unapproved' );
	$new   = get_comment( $id )->comment_approved;
	if ( $new !== $old ) { do_action( 'transition_comment_status', $names[ $new ] ?? $new, $names[ $old ] ?? $old, get_comment( $id ) ); }
}
function update( $id, $fields ) {
	global $comments;
	$old = $comments[ $id ]->comment_approved;
	foreach ( $fields as $k => $v ) { $comments[ $id ]->$k = $v; }
	do_action( 'edit_comment', $id, $fields );
	transition( $id, $old );
}
function set_status( $id, $status ) {
	global $comments;
	$old = $comments[ $id ]->comment_approved;
	$comments[ $id ]->comment_approved = $status;
	transition( $id, $old );
}
function delete( $id ) {
	global $comments;
	$comment = get_comment( $id );
	do_action( 'delete_comment', (string) $id, $comment );
	unset( $comments[ $id ] );
	do_action( 'transition_comment_status', 'delete', 'trash', $comment );
}
// The storefront form, the review-order page (new, and edit in place), and the REST API.
function form( $id, $rating, $other = array() ) { insert( $id, $other ); update_comment_meta( $id, 'rating', $rating ); do_action( 'comment_post', $id, 1, array() ); update_comment_meta( $id, 'verified', 1 ); }
function order_page( $id, $rating ) { insert( $id, array( 'user_id' => '0', 'comment_author_email' => 'guest@example.test' ) ); update_comment_meta( $id, 'rating', $rating ); update_comment_meta( $id, 'verified', 1 ); update_comment_meta( $id, '_review_order_id', 12 ); }
function order_page_edit( $id, $rating, $text ) { update( $id, array( 'comment_content' => $text, 'comment_approved' => '1' ) ); update_comment_meta( $id, 'rating', $rating ); }
function rest( $id, $single = true ) { $r = apply_filters( 'woocommerce_rest_prepare_product_review', new Response(), get_comment( $id ), $single ? array( 'id' => $id ) : array() ); return $r->get_data()['makegood']; }
function rest_create( $id, $rating ) { insert( $id ); update_comment_meta( $id, 'rating', $rating ); rest( $id ); }

require $argv[1];

// What WooCommerce does with each topic: a queue of the request, and delivery after it.
$topics = apply_filters( 'woocommerce_webhook_topic_hooks', array() );
foreach ( $topics as $topic => $names ) {
	foreach ( $names as $name ) {
		add_action( $name, function ( $arg ) use ( $topic ) {
			global $queue, $seen;
			if ( ! in_array( array( $topic, $arg ), $seen, true ) ) { $seen[] = array( $topic, $arg ); $queue[] = array( $topic, $arg ); }
		} );
	}
}
$sent = array();
add_action( 'shutdown', function () { global $pending, $queue; $pending = $queue; }, 10 );
function request( $what, $work ) {
	global $queue, $seen, $announced, $pending, $sent;
	$queue = $seen = $announced = $pending = array();
	$work();
	$early = count( $announced );
	do_action( 'shutdown' );
	$sent[ $what ] = array( 'announced' => $announced, 'before_the_end' => $early, 'bodies' => array_map( 'deliver', $pending ) );
}
function deliver( $one ) {
	$default = 'review.deleted' === $one[0] ? array( 'id' => $one[1] ) : array();
	return array( $one[0], apply_filters( 'woocommerce_webhook_payload', $default, 'review', $one[1], 1 ) );
}

request( 'form', fn() => form( 31, 1 ) );
request( 'same again', fn() => update( 31, array( 'comment_content' => 'Pecah' ) ) );
request( 'held', fn() => set_status( 31, '0' ) );
request( 'approved', fn() => set_status( 31, '1' ) );
request( 'spammed', fn() => set_status( 31, 'spam' ) );
request( 'not spam', fn() => set_status( 31, '1' ) );
request( 'trashed', fn() => set_status( 31, 'trash' ) );
request( 'untrashed', fn() => set_status( 31, '1' ) );
request( 'edited by staff', fn() => update( 31, array( 'comment_content' => 'Lumayan' ) ) );
request( 'deleted', fn() => delete( 31 ) );
request( 'deleted long ago', function () { do_action( 'makegood_review_updated', 77 ); } );

request( 'order page', fn() => order_page( 32, 2 ) );
request( 'order page edit', fn() => order_page_edit( 32, 4, 'Bagus' ) );
request( 'rating alone', fn() => update_comment_meta( 32, 'rating', 5 ) );
request( 'trashed and deleted at once', function () { set_status( 32, 'trash' ); delete( 32 ); } );

request( 'rest create', fn() => rest_create( 33, 1 ) );
request( 'rest update', function () { global $meta, $comments; $comments[33]->comment_content = 'Baru'; update_comment_meta( 33, 'rating', 3 ); do_action( 'edit_comment', 33, array() ); rest( 33 ); } );
$comments[33]->comment_content = 'Ditulis langsung';
request( 'changed past all hooks, then read', fn() => rest( 33 ) );

request( 'of no interest', function () {
	form( 40, 1, array( 'comment_parent' => '31' ) );
	form( 41, 1, array( 'comment_post_ID' => '5' ) );
	form( 42, 1, array( 'comment_type' => 'order_note' ) );
	insert( 43 );
	do_action( 'comment_post', 43, 1, array() );
	rest_create( 44, 0 );
} );
request( 'spam', fn() => form( 45, 1, array( 'comment_approved' => 'spam' ) ) );
request( 'spam folder emptied', fn() => delete( 45 ) );
request( 'spam taken out', function () { form( 46, 2, array( 'comment_approved' => 'spam' ) ); set_status( 46, '1' ); } );
// Reviews that stood in the shop before the plugin came.
row( 50 ); $meta[50]['rating'] = '1'; row( 51 ); $meta[51]['rating'] = '1';
request( 'held from the start', fn() => form( 47, 1, array( 'comment_approved' => '0' ) ) );
request( 'old one trashed', fn() => set_status( 50, 'trash' ) );
request( 'old one deleted', fn() => delete( 51 ) );
request( 'guest', fn() => form( 52, 1, array( 'user_id' => '0', 'comment_author_email' => 'guest@example.test' ) ) );

$searches = 0; $listed = rest( 33, false ); $searched_for_list = $searches;

echo json_encode( array(
	'sent' => $sent, 'topics' => $topics, 'listed' => $listed, 'searched_for_list' => $searched_for_list, 'single' => rest( 33 ),
	'resources' => apply_filters( 'woocommerce_valid_webhook_resources', array( 'order' ) ),
	'menu' => array_keys( apply_filters( 'woocommerce_webhook_topics', array( 'order.created' => 'x' ) ) ),
	'other' => apply_filters( 'woocommerce_webhook_payload', array( 'id' => 1 ), 'order', 33, 1 ),
) );
