<?php
/** Runs the plugin against pretend WordPress functions and prints what it announced as JSON. */
define( 'ABSPATH', '/' );
define( 'DAY_IN_SECONDS', 86400 );
$hooks = array(); $meta = array(); $comments = array(); $kept = array(); $told = array();
function add_action( $n, $f, $p = 10, $a = 1 ) { global $hooks; $hooks[ $n ][] = array( $f, $a ); }
function add_filter( $n, $f, $p = 10, $a = 1 ) { add_action( $n, $f, $p, $a ); }
function fire( $n, ...$args ) { global $hooks; foreach ( $hooks[ $n ] ?? array() as $h ) { call_user_func_array( $h[0], array_slice( $args, 0, $h[1] ) ); } }
function filter( $n, $v, ...$args ) { global $hooks; foreach ( $hooks[ $n ] ?? array() as $h ) { $v = call_user_func_array( $h[0], array_slice( array_merge( array( $v ), $args ), 0, $h[1] ) ); } return $v; }
function do_action( $n, ...$args ) { global $told; if ( 0 === strpos( $n, 'makegood_' ) ) { $told[] = array( $n, filter( 'woocommerce_webhook_payload', array(), 'review', $args[0] ) ); } }
function get_comment( $id ) { global $comments; return is_object( $id ) ? $id : ( $comments[ $id ] ?? null ); }
function get_comment_meta( $id, $k, $s ) { global $meta; return $meta[ $id ][ $k ] ?? ''; }
function update_comment_meta( $id, $k, $v ) { global $meta; $hook = isset( $meta[ $id ][ $k ] ) ? 'updated_comment_meta' : 'added_comment_meta'; $meta[ $id ][ $k ] = $v; fire( $hook, 1, $id, $k ); }
function set_transient( $k, $v, $t ) { global $kept; $kept[ $k ] = $v; }
function get_transient( $k ) { global $kept; return $kept[ $k ] ?? false; }
function wp_json_encode( $v ) { return json_encode( $v ); }
function get_post_type( $id ) { return 10 === (int) $id ? 'product' : 'post'; }
function get_the_title( $id ) { return 'Teapot'; }
function wp_get_comment_status( $c ) { return $c->status; }
function __( $t, $d ) { return $t; }
class Order { private $id, $meta, $product; function __construct( $id, $product, $meta = '' ) { $this->id = $id; $this->product = $product; $this->meta = $meta; } function get_meta( $k ) { return $this->meta; } function get_id() { return $this->id; } function get_items() { return array( $this ); } function get_product_id() { return $this->product; } }
function wc_get_orders( $q ) { return 2 === $q['customer'] ? array( new Order( 15, 10, 'MG-1' ), new Order( 14, 99 ), new Order( 13, 10 ), new Order( 12, 10 ) ) : array(); }
function comment( $id, $other = array() ) { global $comments; $comments[ $id ] = (object) array_merge( array( 'comment_ID' => (string) $id, 'comment_post_ID' => '10', 'comment_parent' => '0', 'comment_type' => 'review', 'comment_content' => 'Pecah', 'comment_author' => 'Sari', 'comment_author_email' => 's@example.test', 'comment_date_gmt' => '2026-11-24 08:10:00', 'user_id' => '2', 'status' => 'approved' ), $other ); }

require $argv[1];

// A new review: stored, then its rating; announced at the end of the request only.
comment( 31 ); fire( 'wp_insert_comment', 31 ); $early = count( $told ); update_comment_meta( 31, 'rating', 1 ); fire( 'shutdown' );
// A request in which nothing about the review changes.
fire( 'edit_comment', 31 ); fire( 'shutdown' );
// An edit stores the text first and the rating afterwards.
$comments[31]->comment_content = 'Lumayan'; fire( 'edit_comment', 31 ); update_comment_meta( 31, 'rating', 4 ); update_comment_meta( 31, '_review_order_id', 12 ); fire( 'shutdown' );
// A shop's reply, a comment on a post, and a review without rating are of no interest.
comment( 32, array( 'comment_parent' => '31' ) ); comment( 33, array( 'comment_post_ID' => '5' ) ); comment( 34 );
foreach ( array( 32, 33, 34 ) as $id ) { fire( 'comment_post', $id ); } fire( 'shutdown' );
// To the bin, and deleted for good.
$comments[31]->status = 'trash'; fire( 'transition_comment_status', 'trash', 'approved', $comments[31] ); fire( 'shutdown' );
fire( 'delete_comment', 31 ); unset( $comments[31] ); fire( 'shutdown' );

echo json_encode( array( 'early' => $early, 'told' => $told, 'late' => filter( 'woocommerce_webhook_payload', array(), 'review', 31 ), 'hooks' => filter( 'woocommerce_webhook_topic_hooks', array() ), 'resources' => filter( 'woocommerce_valid_webhook_resources', array() ), 'other' => filter( 'woocommerce_webhook_payload', array( 'id' => 1 ), 'order', 31 ) ) );
