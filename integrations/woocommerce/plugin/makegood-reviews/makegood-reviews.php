<?php
/**
 * Plugin Name: Makegood Reviews
 * Description: Adds "review created", "review updated" and "review deleted" to WooCommerce's webhooks.
 * Version: 1.2.0
 * Requires at least: 6.4
 * Requires PHP: 7.4
 * Requires Plugins: woocommerce
 * WC requires at least: 8.0
 * License: GPL-2.0-or-later
 * Text Domain: makegood-reviews
 *
 * The rating, the verified flag and the order of a review are stored after the review itself, and
 * an edit stores the text before the rating. So what changed is only noted while the request runs;
 * at its end, when everything is stored, each review is announced once.
 *
 * @package MakegoodReviews
 */

defined( 'ABSPATH' ) || exit;

final class Makegood_Reviews {

	const REVISION    = '_makegood_revision';
	const FINGERPRINT = '_makegood_fingerprint';
	const REFERENCE   = '_makegood_reference';
	const GONE        = 'makegood_review_gone_';
	const TOPICS      = array( 'created', 'updated', 'deleted' );
	const NOT_BOUGHT  = array( 'wc-pending', 'wc-cancelled', 'wc-failed', 'wc-checkout-draft' );

	/** Ids of reviews touched in this request; true for those that stood there before it. */
	private static $touched = array();

	public static function start() {
		foreach ( array( 'wp_insert_comment', 'comment_post', 'edit_comment' ) as $hook ) {
			add_action( $hook, array( __CLASS__, 'touch' ), 99, 1 );
		}
		add_action( 'added_comment_meta', array( __CLASS__, 'touch_by_meta' ), 99, 3 );
		add_action( 'updated_comment_meta', array( __CLASS__, 'touch_by_meta' ), 99, 3 );
		add_action( 'deleted_comment_meta', array( __CLASS__, 'touch_by_meta' ), 99, 3 );
		add_action( 'transition_comment_status', array( __CLASS__, 'touch_by_status' ), 99, 3 );
		add_action( 'delete_comment', array( __CLASS__, 'keep_deleted' ), 1, 1 );
		// WooCommerce sends what was announced at priority 10.
		add_action( 'shutdown', array( __CLASS__, 'announce' ), 1 );

		add_filter( 'woocommerce_valid_webhook_resources', array( __CLASS__, 'resources' ) );
		add_filter( 'woocommerce_webhook_topic_hooks', array( __CLASS__, 'topic_hooks' ) );
		add_filter( 'woocommerce_webhook_topics', array( __CLASS__, 'topics' ) );
		add_filter( 'woocommerce_webhook_payload', array( __CLASS__, 'payload' ), 10, 3 );
		add_filter( 'woocommerce_rest_prepare_product_review', array( __CLASS__, 'rest' ), 10, 3 );
		add_action( 'before_woocommerce_init', array( __CLASS__, 'declare_order_tables' ) );
	}

	public static function declare_order_tables() {
		if ( class_exists( '\Automattic\WooCommerce\Utilities\FeaturesUtil' ) ) {
			\Automattic\WooCommerce\Utilities\FeaturesUtil::declare_compatibility( 'custom_order_tables', __FILE__, true );
		}
	}

	public static function resources( $resources ) {
		$resources[] = 'review';
		return $resources;
	}

	public static function topic_hooks( $hooks ) {
		foreach ( self::TOPICS as $event ) {
			$hooks[ 'review.' . $event ] = array( 'makegood_review_' . $event );
		}
		return $hooks;
	}

	public static function topics( $topics ) {
		$topics['review.created'] = __( 'Review created', 'makegood-reviews' );
		$topics['review.updated'] = __( 'Review updated', 'makegood-reviews' );
		$topics['review.deleted'] = __( 'Review deleted', 'makegood-reviews' );
		return $topics;
	}

	public static function touch( $id ) {
		self::$touched += array( (int) $id => false );
	}

	public static function touch_by_meta( $meta_id, $id, $key ) {
		if ( in_array( $key, array( 'rating', '_review_order_id' ), true ) ) {
			self::touch( $id );
		}
	}

	public static function touch_by_status( $new_status, $old_status, $comment ) {
		$id = (int) $comment->comment_ID;
		self::touch( $id );
		self::$touched[ $id ] = self::$touched[ $id ] || in_array( $old_status, array( 'approved', 'unapproved' ), true );
	}

	/** The body of a deleted review is sent after the review is gone, so it is kept here. */
	public static function keep_deleted( $id ) {
		$comment = get_comment( $id );
		if ( ! self::is_review( $comment ) ) {
			return;
		}
		unset( self::$touched[ (int) $id ] );
		$known = (int) get_comment_meta( $id, self::REVISION, true );
		if ( ! $known && ! in_array( self::status( $comment ), array( 'approved', 'hold' ), true ) ) {
			// Spam that nobody was told of: emptying the spam folder tells nobody either.
			return;
		}
		$revision = $known + 1;
		set_transient(
			self::GONE . (int) $id,
			array(
				'id'         => (int) $id,
				'product_id' => (int) $comment->comment_post_ID,
				'status'     => 'deleted',
				'revision'   => $revision,
			),
			7 * DAY_IN_SECONDS
		);
		do_action( 'makegood_review_deleted', (int) $id );
	}

	public static function announce() {
		$touched       = self::$touched;
		self::$touched = array();
		foreach ( $touched as $id => $stood_before ) {
			self::announce_one( $id, $stood_before );
		}
	}

	/** Reviews from before this plugin, and spam from its first day, have not been announced. */
	private static function announce_one( $id, $stood_before ) {
		$comment = get_comment( $id );
		if ( ! self::is_review( $comment ) ) {
			return;
		}
		$known = (int) get_comment_meta( $id, self::REVISION, true );
		$gone  = in_array( self::status( $comment ), array( 'spam', 'trash', 'deleted' ), true );
		if ( ! $known && ( $gone ? ! $stood_before : ! get_comment_meta( $id, 'rating', true ) ) ) {
			return;
		}
		$print = self::fingerprint( $comment );
		if ( $known && get_comment_meta( $id, self::FINGERPRINT, true ) === $print ) {
			return;
		}
		update_comment_meta( $id, self::REVISION, $known + 1 );
		update_comment_meta( $id, self::FINGERPRINT, $print );
		$event = $gone ? 'deleted' : ( $known ? 'updated' : 'created' );
		do_action( 'makegood_review_' . $event, (int) $id );
	}

	private static function fingerprint( $comment ) {
		$id = $comment->comment_ID;
		return md5(
			wp_json_encode(
				array(
					self::status( $comment ),
					get_comment_meta( $id, 'rating', true ),
					$comment->comment_content,
					get_comment_meta( $id, '_review_order_id', true ),
				)
			)
		);
	}

	/**
	 * WooCommerce delivers in another request, later, and one delivery may stand for several
	 * changes: so this is the review as it is then, whatever the event.
	 */
	public static function payload( $payload, $resource, $id ) {
		if ( 'review' !== $resource ) {
			return $payload;
		}
		$gone = get_transient( self::GONE . (int) $id );
		if ( $gone ) {
			return $gone;
		}
		$comment = get_comment( $id );
		if ( ! $comment ) {
			return array(
				'id'     => (int) $id,
				'status' => 'deleted',
			);
		}
		return self::is_review( $comment ) ? self::body( $comment ) : $payload;
	}

	/**
	 * Lets a review that is read by the REST API name its buyer and orders too. A list names only
	 * the order that WooCommerce tied to it: looking for others would be a search for each row.
	 */
	public static function rest( $response, $review, $request ) {
		if ( (int) get_comment_meta( $review->comment_ID, self::REVISION, true ) ) {
			// Changed past all hooks (while this was switched off, say): announced now.
			self::announce_one( (int) $review->comment_ID, true );
		}
		$data             = $response->get_data();
		$data['makegood'] = self::extras( $review, empty( $request['id'] ) );
		$response->set_data( $data );
		return $response;
	}

	private static function body( $comment ) {
		$id = (int) $comment->comment_ID;
		return array(
			'id'               => $id,
			'product_id'       => (int) $comment->comment_post_ID,
			'product_name'     => get_the_title( $comment->comment_post_ID ),
			'status'           => self::status( $comment ),
			'date_created_gmt' => str_replace( ' ', 'T', $comment->comment_date_gmt ),
			'reviewer'         => $comment->comment_author,
			'reviewer_email'   => $comment->comment_author_email,
			'review'           => $comment->comment_content,
			'rating'           => (int) get_comment_meta( $id, 'rating', true ),
			'verified'         => (bool) get_comment_meta( $id, 'verified', true ),
		) + self::extras( $comment );
	}

	private static function extras( $comment, $tied_only = false ) {
		$id = (int) $comment->comment_ID;
		return array(
			'customer_id'   => (int) $comment->user_id,
			'order_ids'     => self::order_ids( $comment, $tied_only ),
			'tied_order_id' => (int) get_comment_meta( $id, '_review_order_id', true ),
			'revision'      => (int) get_comment_meta( $id, self::REVISION, true ),
		);
	}

	/** The order that WooCommerce itself tied to the review, else the buyer's with the product. */
	private static function order_ids( $comment, $tied_only ) {
		$tied = (int) get_comment_meta( $comment->comment_ID, '_review_order_id', true );
		if ( $tied ) {
			return array( $tied );
		}
		$buyer = (int) $comment->user_id ? (int) $comment->user_id : $comment->comment_author_email;
		if ( ! $buyer || $tied_only ) {
			return array();
		}
		$orders = wc_get_orders(
			array(
				'customer' => $buyer,
				'status'   => array_values( array_diff( array_keys( wc_get_order_statuses() ), self::NOT_BOUGHT ) ),
				'type'     => 'shop_order',
				'limit'    => 20,
				'orderby'  => 'date',
				'order'    => 'DESC',
			)
		);
		$found  = array();
		foreach ( $orders as $order ) {
			if ( $order->get_meta( self::REFERENCE ) ) {
				continue;
			}
			foreach ( $order->get_items() as $item ) {
				if ( (int) $item->get_product_id() === (int) $comment->comment_post_ID ) {
					$found[] = (int) $order->get_id();
					break;
				}
			}
		}
		return array_slice( $found, 0, 5 );
	}

	/** The same that the REST API takes for a review. */
	private static function is_review( $comment ) {
		return $comment && 0 === (int) $comment->comment_parent && 'review' === $comment->comment_type
			&& 'product' === get_post_type( $comment->comment_post_ID );
	}

	private static function status( $comment ) {
		$status = wp_get_comment_status( $comment );
		return 'unapproved' === $status ? 'hold' : ( $status ? $status : 'deleted' );
	}
}

Makegood_Reviews::start();
